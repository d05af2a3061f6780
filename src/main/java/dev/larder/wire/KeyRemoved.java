package dev.larder.wire;

/// `DELETE /api/v1/keys/{name}`: a key that is no more.
///
/// @param name what it was called
public record KeyRemoved(String name) {}
