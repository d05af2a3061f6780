@NullMarked
package dev.larder.serve;

import org.jspecify.annotations.NullMarked;
