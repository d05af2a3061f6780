/// Follows upstreams on demand: generations, fills, freshness, verification. Must not know how an
/// answer is written to a client.
@NullMarked
package dev.larder.mirror;

import org.jspecify.annotations.NullMarked;
