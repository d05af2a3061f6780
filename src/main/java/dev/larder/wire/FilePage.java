package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/mirrors/{name}/files`: held files in the order of their paths.
///
/// @param files of this page
/// @param next the `cursor` that gets the next page, or null if this is the last
public record FilePage(List<File> files, @Nullable String next) {
  /// Takes a defensive copy.
  public FilePage {
    files = List.copyOf(files);
  }

  /// A file in a mirror's tree.
  ///
  /// @param mirror the mirror's name
  /// @param path below the mirror
  /// @param size in bytes
  /// @param lastModified upstream's
  /// @param checked whether its bytes are known to match what an index promised
  public record File(
      String mirror, String path, long size, Instant lastModified, boolean checked) {}
}
