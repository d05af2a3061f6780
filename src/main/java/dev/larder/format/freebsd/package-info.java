/// FreeBSD: package repositories and the signatures in their catalogues, freebsd-update, releases
/// and their images. Knows no HTTP, no disk layout of ours, and no other format.
@NullMarked
package dev.larder.format.freebsd;

import org.jspecify.annotations.NullMarked;
