package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/repositories/{name}/packages/{package}/files`: what a package installs.
///
/// @param repository the repository's name
/// @param directory in which the package is
/// @param name of the package
/// @param files without a leading slash; directories end with one
public record PackageFiles(String repository, String directory, String name, List<String> files) {
  /// Takes a defensive copy.
  public PackageFiles {
    files = List.copyOf(files);
  }
}
