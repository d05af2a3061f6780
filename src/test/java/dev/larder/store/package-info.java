@NullMarked
package dev.larder.store;

import org.jspecify.annotations.NullMarked;
