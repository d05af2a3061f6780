package dev.larder.mirror;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How long something took since start, as a histogram: enough to tell a slow upstream from a far
/// one, and few enough numbers for every upstream to have its own.
final class Latency {
  /// Upper bounds of the buckets in milliseconds. The last is the longest an answer is waited for;
  /// what follows redirects may take longer.
  private static final List<Long> BOUNDS =
      List.of(5L, 10L, 25L, 50L, 100L, 250L, 500L, 1000L, 2500L, 5000L);

  private final List<LongAdder> counts = new ArrayList<>();
  private final LongAdder nanos = new LongAdder();

  Latency() {
    for (int i = 0; i <= BOUNDS.size(); i++) {
      counts.add(new LongAdder());
    }
  }

  /// It took `duration`.
  void took(Duration duration) {
    int bucket = 0;
    while (bucket < BOUNDS.size()
        && duration.compareTo(Duration.ofMillis(BOUNDS.get(bucket))) > 0) {
      bucket++;
    }
    counts.get(bucket).increment();
    nanos.add(duration.toNanos());
  }

  MirrorReport.LatencyReport report() {
    return new MirrorReport.LatencyReport(
        BOUNDS.stream().map(Duration::ofMillis).toList(),
        counts.stream().map(LongAdder::sum).toList(),
        Duration.ofNanos(nanos.sum()));
  }
}
