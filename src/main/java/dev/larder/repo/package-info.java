/// Generations, and what is answered when a client asks for a path: the ground that mirrors and
/// hosted repositories share. Must not know upstreams or how an answer is written to a client.
@NullMarked
package dev.larder.repo;

import org.jspecify.annotations.NullMarked;
