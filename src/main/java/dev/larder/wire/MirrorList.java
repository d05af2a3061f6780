package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/mirrors`.
///
/// @param mirrors every mirror, in the order of the configuration
public record MirrorList(List<MirrorInfo> mirrors) {
  /// Takes a defensive copy.
  public MirrorList {
    mirrors = List.copyOf(mirrors);
  }
}
