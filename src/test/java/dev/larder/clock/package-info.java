@NullMarked
package dev.larder.clock;

import org.jspecify.annotations.NullMarked;
