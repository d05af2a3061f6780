package dev.larder.repo;

/// How a package differs between two generations.
///
/// @param directory where: `x86_64`
/// @param packageName which
/// @param before its version before; empty if it was not there
/// @param after its version after; empty if it is not there any more. The same as `before` if only
///   its bytes are others
public record Difference(String directory, String packageName, String before, String after) {}
