/// How much of the disk mirrors take: room for new files, what goes when there is none, what was
/// read when, and whether it still is what it was.
@NullMarked
package dev.larder.cache;

import org.jspecify.annotations.NullMarked;
