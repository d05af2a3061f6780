@NullMarked
package dev.larder.events;

import org.jspecify.annotations.NullMarked;
