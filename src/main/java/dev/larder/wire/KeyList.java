package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/keys`: the keys that can be used.
///
/// @param keys in the order of their names
/// @param warnings sentences about keys that have expired, soon will, or are damaged
public record KeyList(List<KeyInfo> keys, List<String> warnings) {
  /// Takes defensive copies.
  public KeyList {
    keys = List.copyOf(keys);
    warnings = List.copyOf(warnings);
  }
}
