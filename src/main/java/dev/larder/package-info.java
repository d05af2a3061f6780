/// The program: its commands, and the composition root that puts a server together.
@NullMarked
package dev.larder;

import org.jspecify.annotations.NullMarked;
