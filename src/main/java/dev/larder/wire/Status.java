package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/status`: everything at a glance.
///
/// @param server the server itself
/// @param mirrors every mirror, in the order of the configuration
public record Status(ServerInfo server, List<MirrorInfo> mirrors) {
  /// Takes a defensive copy.
  public Status {
    mirrors = List.copyOf(mirrors);
  }
}
