package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/repositories`.
///
/// @param repositories by name
public record RepositoryList(List<RepositoryInfo> repositories) {
  /// Takes a defensive copy.
  public RepositoryList {
    repositories = List.copyOf(repositories);
  }
}
