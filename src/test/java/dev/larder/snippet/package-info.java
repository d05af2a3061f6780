@NullMarked
package dev.larder.snippet;

import org.jspecify.annotations.NullMarked;
