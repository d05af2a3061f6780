package dev.larder.wire;

import java.util.List;

/// `POST /api/v1/cache/scrub`: what reading files and comparing them came to.
///
/// @param files how many were read
/// @param bytes how many they have
/// @param unknown how many of them there was nothing to compare with
/// @param damaged those that have changed on the disk: put into quarantine, and fetched again
public record ScrubResult(long files, long bytes, long unknown, List<Damaged> damaged) {
  /// Takes a defensive copy.
  public ScrubResult {
    damaged = List.copyOf(damaged);
  }

  /// A damaged file.
  ///
  /// @param mirror the mirror's name
  /// @param path below the mirror
  public record Damaged(String mirror, String path) {}
}
