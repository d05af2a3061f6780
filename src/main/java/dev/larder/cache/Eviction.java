package dev.larder.cache;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Chooses which files go: hears of them in the order of their last use, and needs to remember of
/// each rank only as many as would be enough by themselves, however many files there are.
final class Eviction {
  private final long need;
  private final Map<Rank, List<Victim>> victims = new EnumMap<>(Rank.class);
  private final Map<Rank, Long> sums = new EnumMap<>(Rank.class);

  /// @param need how many bytes must go
  Eviction(long need) {
    this.need = need;
  }

  /// A file that may go.
  ///
  /// @param mirror whose file
  /// @param name of the file
  /// @param bytes it takes of the disk
  /// @param rank how dear it is
  /// @param usedAt when it was last asked for
  record Victim(String mirror, String name, long bytes, Rank rank, Instant usedAt) {}

  /// Takes note of a file that was used no earlier than the one before.
  void offer(Victim victim) {
    long sum = sums.getOrDefault(victim.rank(), 0L);
    if (sum < need) {
      victims.computeIfAbsent(victim.rank(), _ -> new ArrayList<>()).add(victim);
      sums.put(victim.rank(), sum + victim.bytes());
    }
  }

  /// Whether nothing that could still come would be chosen.
  boolean isSettled() {
    return sums.getOrDefault(Rank.UNREFERENCED, 0L) >= need;
  }

  /// Those that go, in the order in which they do: just enough of them, or all there are.
  List<Victim> chosen() {
    List<Victim> chosen = new ArrayList<>();
    long sum = 0;
    for (Rank rank : Rank.values()) {
      for (Victim victim : victims.getOrDefault(rank, List.of())) {
        if (sum >= need) {
          return chosen;
        }
        chosen.add(victim);
        sum += victim.bytes();
      }
    }
    return chosen;
  }
}
