package dev.larder.wire;

import java.time.Instant;
import java.util.List;

/// `POST /api/v1/cache/gc`: what went, or would.
///
/// @param dryRun whether it is still there
/// @param files how many files
/// @param bytes what they take of the disk
/// @param items the files, in the order in which they go; at most ten thousand
public record CleanupResult(boolean dryRun, long files, long bytes, List<Item> items) {
  /// Takes a defensive copy.
  public CleanupResult {
    items = List.copyOf(items);
  }

  /// A file.
  ///
  /// @param mirror the mirror's name
  /// @param path below the mirror
  /// @param bytes what it takes of the disk
  /// @param usedAt when it was last asked for
  /// @param why it goes, in words
  public record Item(String mirror, String path, long bytes, Instant usedAt, String why) {}
}
