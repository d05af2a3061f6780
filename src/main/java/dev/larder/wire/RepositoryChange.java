package dev.larder.wire;

import java.util.List;

/// What a change of a repository came to.
///
/// @param repository the repository's name
/// @param generation the number of the current generation now
/// @param differences from the generation before; empty if there was nothing to do
public record RepositoryChange(String repository, long generation, List<Difference> differences) {
  /// Takes a defensive copy.
  public RepositoryChange {
    differences = List.copyOf(differences);
  }

  /// How a package differs.
  ///
  /// @param directory where: `x86_64`
  /// @param name of the package
  /// @param before its version before; empty if it was not there
  /// @param after its version after; empty if it is gone. The same as `before` if only its bytes
  ///   are others
  public record Difference(String directory, String name, String before, String after) {}
}
