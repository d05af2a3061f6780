@NullMarked
package dev.larder.repo;

import org.jspecify.annotations.NullMarked;
