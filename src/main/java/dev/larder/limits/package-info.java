/// What one client may use of the package listener, so that nobody uses it up for the others.
@NullMarked
package dev.larder.limits;

import org.jspecify.annotations.NullMarked;
