package dev.larder.cache;

import dev.larder.cache.Eviction.Victim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What went when the cache was tidied up, or what would.
///
/// @param dry whether it is still there
/// @param items the files, in the order in which they go
public record Cleanup(boolean dry, List<Item> items) {
  /// Takes a defensive copy.
  public Cleanup {
    items = List.copyOf(items);
  }

  /// A file.
  ///
  /// @param mirror whose
  /// @param name its path below the mirror, or a name of bytes that lie aside
  /// @param bytes what it takes of the disk
  /// @param usedAt when it was last asked for
  /// @param why it goes, in words
  public record Item(String mirror, String name, long bytes, Instant usedAt, String why) {}

  static List<Item> items(List<Victim> outdated, List<Victim> surplus) {
    List<Item> items = new ArrayList<>();
    outdated.forEach(victim -> items.add(item(victim, "nobody has asked for it in `keep`")));
    surplus.forEach(victim -> items.add(item(victim, victim.rank().why())));
    return items;
  }

  private static Item item(Victim victim, String why) {
    return new Item(victim.mirror(), victim.name(), victim.bytes(), victim.usedAt(), why);
  }
}
