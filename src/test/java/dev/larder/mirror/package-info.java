@NullMarked
package dev.larder.mirror;

import org.jspecify.annotations.NullMarked;
