package dev.larder.mirror;

import dev.larder.clock.Ages;
import dev.larder.repo.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Decides which former generations of a root are held when another takes their place.
///
/// @param most how many are, but for those that were just superseded
/// @param longest how long one is after it was fetched
record Holding(int most, Duration longest) {
  /// A client follows a redirect into a generation at once; for so long every generation is there.
  static final Duration JUST_SUPERSEDED = Duration.ofMinutes(2);

  /// Those of `former` that are held. By a clock that is wrong, one only goes because there are too
  /// many.
  ///
  /// @param former newest first
  /// @param superseded when the first one was
  List<Generation> of(List<Generation> former, Instant superseded, Ages ages, Instant now) {
    List<Generation> held = new ArrayList<>();
    Instant taken = superseded;
    for (Generation old : former) {
      boolean justNow = ages.since(taken, now).plus(JUST_SUPERSEDED).isAfter(now);
      taken = old.origin().fetchedAt(); // the next one is older, and this one took its place
      boolean young = !ages.hasReached(old.origin().fetchedAt(), longest, now);
      if (justNow || (held.size() < most && young)) {
        held.add(old);
      }
    }
    return held;
  }
}
