package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/repositories/{name}/diff`: how two generations differ.
///
/// @param repository the repository's name
/// @param from number of a generation
/// @param to number of a generation
/// @param differences of `to` from `from`
public record GenerationDiff(
    String repository, long from, long to, List<RepositoryChange.Difference> differences) {
  /// Takes a defensive copy.
  public GenerationDiff {
    differences = List.copyOf(differences);
  }
}
