package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides which generations of a repository stay. A generation stays whole or goes: whoever rolls
/// back to one finds all its packages.
final class Retention {
  private Retention() {}

  /// How many of `generations` stay, counted from the newest; at least one.
  ///
  /// @param generations newest first; the first one is current
  /// @param keep how many versions of a package may stay
  /// @param most how many generations may stay
  /// @param maxSize bytes that all packages may take; -1 for no limit
  static int stays(List<Packages> generations, int keep, int most, long maxSize) {
    Map<String, Set<String>> versions = new HashMap<>();
    Map<String, Long> sizes = new HashMap<>();
    long size = 0;
    for (int i = 0; i < generations.size(); i++) {
      Packages packages = generations.get(i);
      boolean fits = i < most;
      List<String> added = new ArrayList<>();
      for (Packages.Placed placed : packages.all()) {
        Entry entry = placed.entry();
        Set<String> known =
            versions.computeIfAbsent(placed.directory() + "/" + entry.name(), _ -> new HashSet<>());
        known.add(entry.path());
        fits &= known.size() <= keep;
        // One package for all architectures is one file with several names.
        if (sizes.putIfAbsent(entry.sha256().hex(), entry.size()) == null) {
          size += entry.size();
          added.add(entry.sha256().hex());
        }
      }
      fits &= maxSize < 0 || size <= maxSize || added.isEmpty();
      if (!fits && i > 0) {
        return i;
      }
    }
    return generations.size();
  }
}
