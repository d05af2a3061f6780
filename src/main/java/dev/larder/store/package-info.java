/// Bytes on disk: the layout of the data directory, paths, checksums, open files. Must not know
/// HTTP, formats or upstreams.
@NullMarked
package dev.larder.store;

import org.jspecify.annotations.NullMarked;
