package dev.larder.store;

import org.jspecify.annotations.Nullable;

/// What an index promises of a file. Any part may be missing: some paths promise nothing.
///
/// @param size length in bytes, or -1 if not promised
/// @param checksum of the bytes as served, or null if not promised
public record Expected(long size, @Nullable Checksum checksum) {
  /// Promises nothing.
  public static final Expected NOTHING = new Expected(-1, null);

  /// Whether the length is promised.
  public boolean hasSize() {
    return size >= 0;
  }
}
