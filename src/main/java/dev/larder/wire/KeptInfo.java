package dev.larder.wire;

/// `PUT` or `DELETE /api/v1/mirrors/{name}/kept?path=`: a directory whose files nothing removes, or
/// no longer.
///
/// @param mirror the mirror's name
/// @param path of the directory, below the mirror
/// @param files how many files of it are here
/// @param bytes how many bytes they have
public record KeptInfo(String mirror, String path, long files, long bytes) {}
