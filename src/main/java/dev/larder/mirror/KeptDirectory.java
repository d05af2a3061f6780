package dev.larder.mirror;

import dev.larder.store.RelPath;

/// A directory of a mirror's tree that is kept, and what is here of it.
///
/// @param directory below the mirror
/// @param files how many files are here
/// @param bytes how many bytes they have
public record KeptDirectory(RelPath directory, long files, long bytes) {}
