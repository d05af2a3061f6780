/// Arch Linux: sync databases, package files, paths of a mirror tree.
@NullMarked
package dev.larder.format.pacman;

import org.jspecify.annotations.NullMarked;
