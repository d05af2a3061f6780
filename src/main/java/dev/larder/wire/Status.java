package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/status`: everything at a glance.
///
/// @param server the server itself
/// @param mirrors every mirror, in the order of the configuration
/// @param repositories those of our own that the token may read, by name; empty from a server that
///   has none yet
public record Status(
    ServerInfo server, List<MirrorInfo> mirrors, List<RepositoryInfo> repositories) {
  /// Takes defensive copies.
  public Status {
    mirrors = List.copyOf(mirrors);
    repositories = repositories == null ? List.of() : List.copyOf(repositories);
  }
}
