package dev.larder.mirror;

import dev.larder.store.RelPath;
import java.util.Map;

/// What a fill is to bring.
///
/// @param path where upstream has it
/// @param promise which bytes are right
/// @param aside the path means other bytes to most clients, so these are kept beside the tree
/// @param conditional validators of what we hold, as request headers; with them a fill may end with
///   [FillHead.NotModified]
/// @param maxSize the most bytes a client would take, or -1
record FillOrder(
    RelPath path, Promise promise, boolean aside, Map<String, String> conditional, long maxSize) {
  FillOrder {
    conditional = Map.copyOf(conditional);
  }

  /// Clients that want the same bytes share one fill.
  String key() {
    return path + "\n" + promise.key();
  }
}
