package dev.larder.config;

import java.util.List;

/// A table of the configuration and its keys, for the reference.
///
/// @param path as it stands in its header, with `NAME` for a name the user chooses: `mirror.NAME`;
///   in brackets of its own if there may be several of the same name: `[token]`; empty for the top
///   level
/// @param meaning a paragraph
/// @param optional whether having the table at all changes something, so that `larder config init`
///   must not write its header
/// @param keys in the order of the reference
public record KeyTable(String path, String meaning, boolean optional, List<Key<?>> keys) {
  /// Takes a defensive copy.
  public KeyTable {
    keys = List.copyOf(keys);
  }
}
