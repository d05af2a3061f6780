package dev.larder.wire;

import java.util.List;

/// A batch of uploads under way.
///
/// @param repository the repository's name
/// @param id names the batch
/// @param packages what is in it so far
public record BatchInfo(String repository, String id, List<Upload> packages) {
  /// Takes a defensive copy.
  public BatchInfo {
    packages = List.copyOf(packages);
  }

  /// A package that was uploaded.
  ///
  /// @param name of the package
  /// @param version whole
  /// @param architecture where it can be installed
  public record Upload(String name, String version, String architecture) {}
}
