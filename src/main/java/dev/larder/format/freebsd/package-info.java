/// FreeBSD: what its mirrors hold, for pkg(8) first of all. Catalogues, the signatures inside them,
/// packages, paths. Knows no HTTP, no disk layout of ours, and no other format.
@NullMarked
package dev.larder.format.freebsd;

import org.jspecify.annotations.NullMarked;
