package dev.larder.mirror;

import java.util.List;

/// What a removal came to.
///
/// @param files those that are gone
/// @param kept how many stayed because they lie in a directory that is kept
public record Removed(List<HeldFile> files, long kept) {
  /// Takes a defensive copy.
  public Removed {
    files = List.copyOf(files);
  }
}
