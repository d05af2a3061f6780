package dev.larder.mirror;

import java.util.concurrent.atomic.LongAdder;

/// What went through a mirror since start.
final class Traffic {
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder cacheBytes = new LongAdder();
  private final LongAdder upstreamBytes = new LongAdder();

  void sent(boolean hit, long bytes) {
    if (hit) {
      hits.increment();
      cacheBytes.add(bytes);
    } else {
      misses.increment();
    }
  }

  void fromUpstream(long bytes) {
    upstreamBytes.add(bytes);
  }

  long hits() {
    return hits.sum();
  }

  long misses() {
    return misses.sum();
  }

  long cacheBytes() {
    return cacheBytes.sum();
  }

  long upstreamBytes() {
    return upstreamBytes.sum();
  }
}
