/// Who may use the console: tokens.
@NullMarked
package dev.larder.access;

import org.jspecify.annotations.NullMarked;
