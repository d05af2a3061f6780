package dev.larder.mirror;

import java.time.Instant;

/// A file in a mirror's tree, for `larder cache ls`.
///
/// @param path below the mirror
/// @param size in bytes
/// @param lastModified upstream's
/// @param checked whether its bytes are known to match what an index promised
public record HeldFile(String path, long size, Instant lastModified, boolean checked) {}
