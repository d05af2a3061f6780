package dev.larder.cache;

import java.util.List;

/// What reading files and comparing them came to.
///
/// @param files how many were read
/// @param bytes how many they have
/// @param unknown how many of them there was nothing to compare with
/// @param damaged those that were not what they were: put aside, and fetched again
public record ScrubReport(long files, long bytes, long unknown, List<Damaged> damaged) {
  /// Takes a defensive copy.
  public ScrubReport {
    damaged = List.copyOf(damaged);
  }

  /// A damaged file.
  ///
  /// @param mirror whose
  /// @param name its path below the mirror
  public record Damaged(String mirror, String name) {}
}
