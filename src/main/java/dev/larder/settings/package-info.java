/// The whole configuration: where its file is, every table of it, what must fit together, how two
/// of them differ, and what its names stand for: formats, keys, upstreams.
@NullMarked
package dev.larder.settings;

import org.jspecify.annotations.NullMarked;
