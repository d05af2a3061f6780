package dev.larder.wire;

/// `DELETE /api/v1/mirrors/{name}/files?glob=`: what was removed.
///
/// @param mirror the mirror's name
/// @param glob what was asked for
/// @param files how many files
/// @param bytes how many bytes they had
/// @param kept how many files stayed because they lie in a directory that is kept
public record RemovalResult(String mirror, String glob, long files, long bytes, long kept) {}
