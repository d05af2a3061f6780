/// FreeBSD: package repositories, freebsd-update, releases and their images.
@NullMarked
package dev.larder.format.freebsd;

import org.jspecify.annotations.NullMarked;
