package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides which generations of a repository stay. A generation stays whole or goes: whoever rolls
/// back to one finds all its packages.
final class Retention {
  /// So long clients are taken to have an index they were handed. Many packages that are uploaded
  /// one by one are as many generations within minutes.
  static final Duration YOUNG = Duration.ofHours(1);

  private Retention() {}

  /// A generation.
  ///
  /// @param at from when on its age counts
  record Candidate(Packages packages, Instant at) {}

  /// What the settings say.
  ///
  /// @param keep how many versions of a package may stay
  /// @param most how many generations may stay
  /// @param maxSize bytes that all packages may take; -1 for no limit
  record Limits(int keep, int most, long maxSize) {}

  /// How many of `generations` stay, counted from the newest; at least one.
  ///
  /// @param generations newest first; the first one is current
  static int stays(List<Candidate> generations, Limits limits, Instant now) {
    Map<String, Set<String>> versions = new HashMap<>();
    Set<Checksum> files = new HashSet<>();
    boolean limited = limits.maxSize() >= 0;
    long size = 0;
    boolean crowded = false;
    @Nullable Packages newer = null;
    for (int i = 0; i < generations.size(); i++) {
      Packages packages = generations.get(i).packages();
      long before = size;
      for (Map.Entry<String, PackageList> list : packages.lists().entrySet()) {
        PackageList known = newer == null ? PackageList.EMPTY : newer.in(list.getKey());
        for (Entry entry : list.getValue().without(known)) {
          // The newest has one version of each; there is nothing to count before there are others.
          if (i > 0) {
            Packages newest = generations.getFirst().packages();
            crowded |= counted(versions, list.getKey(), entry, newest) > limits.keep();
          }
          size += limited && files.add(entry.sha256()) ? entry.size() : 0;
        }
      }
      newer = packages;
      boolean young = generations.get(i).at().isAfter(now.minus(YOUNG));
      boolean fits = young || (i < limits.most() && !crowded);
      boolean affordable = !limited || size <= limits.maxSize() || size == before;
      if (i > 0 && !(fits && affordable)) {
        return i;
      }
    }
    return generations.size();
  }

  /// How many versions of a package there are, with this one and the newest one.
  private static int counted(
      Map<String, Set<String>> versions, String directory, Entry entry, Packages newest) {
    Set<String> known =
        versions.computeIfAbsent(directory + "/" + entry.name(), _ -> new HashSet<>(2));
    Entry present = newest.in(directory).find(entry.name());
    if (present != null) {
      known.add(present.path());
    }
    known.add(entry.path());
    return known.size();
  }
}
