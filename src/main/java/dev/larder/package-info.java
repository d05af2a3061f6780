/// The program: argument handling, configuration and the composition root.
@NullMarked
package dev.larder;

import org.jspecify.annotations.NullMarked;
