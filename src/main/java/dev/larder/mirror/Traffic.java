package dev.larder.mirror;

import java.util.concurrent.atomic.LongAdder;

/// What went through a mirror since start.
final class Traffic {
  private final LongAdder requests = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder cacheBytes = new LongAdder();
  private final LongAdder upstreamBytes = new LongAdder();

  void sent(boolean hit, long bytes) {
    requests.increment();
    if (hit) {
      hits.increment();
      cacheBytes.add(bytes);
    }
  }

  void fromUpstream(long bytes) {
    upstreamBytes.add(bytes);
  }

  long requests() {
    return requests.sum();
  }

  long hits() {
    return hits.sum();
  }

  long cacheBytes() {
    return cacheBytes.sum();
  }

  long upstreamBytes() {
    return upstreamBytes.sum();
  }
}
