package dev.larder.wire;

import java.time.Instant;
import java.util.List;

/// The server itself.
///
/// @param version Larder's version
/// @param java the Java runtime's version
/// @param startedAt when it started
/// @param data the data directory
/// @param packages base URLs of the package listener, without a trailing slash
/// @param freeBytes free disk space at the data directory, in bytes
public record ServerInfo(
    String version,
    String java,
    Instant startedAt,
    String data,
    List<String> packages,
    long freeBytes) {
  /// Takes a defensive copy.
  public ServerInfo {
    packages = List.copyOf(packages);
  }
}
