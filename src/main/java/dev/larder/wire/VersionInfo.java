package dev.larder.wire;

/// `GET /api/v1/version`.
///
/// @param version Larder's version
/// @param java the Java runtime's version
public record VersionInfo(String version, String java) {}
