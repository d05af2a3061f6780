package dev.larder.repo;

import dev.larder.format.PackageInfo;
import dev.larder.store.Checksum;

/// A package of a repository.
///
/// @param directory where: `x86_64`
/// @param path of its file below the repository
/// @param size of the file in bytes
/// @param sha256 of the file
/// @param signed whether a signature lies beside it
/// @param info what it says of itself
public record HostedPackage(
    String directory, String path, long size, Checksum sha256, boolean signed, PackageInfo info) {
  /// Its place in the order of all packages.
  public String key() {
    return directory + "/" + info.name();
  }
}
