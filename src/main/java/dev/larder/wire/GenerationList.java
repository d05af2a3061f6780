package dev.larder.wire;

import java.time.Instant;
import java.util.List;

/// `GET /api/v1/repositories/{name}/generations`.
///
/// @param repository the repository's name
/// @param generations that are held, newest first
public record GenerationList(String repository, List<Entry> generations) {
  /// Takes a defensive copy.
  public GenerationList {
    generations = List.copyOf(generations);
  }

  /// A generation.
  ///
  /// @param number its number
  /// @param at when it was made
  /// @param current whether it is the current one
  /// @param packages how many it has
  /// @param differences from the one before it; empty for the oldest
  public record Entry(
      long number,
      Instant at,
      boolean current,
      int packages,
      List<RepositoryChange.Difference> differences) {
    /// Takes a defensive copy.
    public Entry {
      differences = List.copyOf(differences);
    }
  }
}
