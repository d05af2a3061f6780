package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/mirrors/{name}/kept`: the directories whose files nothing removes.
///
/// @param kept in the order of their paths
public record KeptList(List<KeptInfo> kept) {
  /// Takes a defensive copy.
  public KeptList {
    kept = List.copyOf(kept);
  }
}
