@NullMarked
package dev.larder.limits;

import org.jspecify.annotations.NullMarked;
