package dev.larder.format.pacman;

import dev.larder.format.MeasuredStream;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;

/// The file of a package.
///
/// @param size in bytes
/// @param sha256 of all of them
/// @param md5 for databases as repo-add 6.0 writes them
record PackedFile(long size, Checksum sha256, Checksum md5) {
  /// The checksums there are.
  static final Algorithm[] ALGORITHMS = {Algorithm.SHA256, Algorithm.MD5};

  /// A file that was measured by [#ALGORITHMS].
  static PackedFile of(MeasuredStream.Measured measured) {
    return new PackedFile(
        measured.size(), measured.checksum(Algorithm.SHA256), measured.checksum(Algorithm.MD5));
  }
}
