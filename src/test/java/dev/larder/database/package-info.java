@NullMarked
package dev.larder.database;

import org.jspecify.annotations.NullMarked;
