/// What may be concluded from a clock that may be wrong.
@NullMarked
package dev.larder.clock;

import org.jspecify.annotations.NullMarked;
