package dev.larder.mirror;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What went through a mirror since start.
final class Traffic {
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder cacheBytes = new LongAdder();
  private final LongAdder upstreamBytes = new LongAdder();
  private final LongAdder done = new LongAdder();
  private final LongAdder unmodified = new LongAdder();
  private final LongAdder absent = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder passed = new LongAdder();

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

  /// A fill that asked upstreams has ended.
  ///
  /// @param complete whether the file is here
  /// @param head what readers were told of it, or null if nothing
  void ended(boolean complete, @Nullable FillHead head) {
    LongAdder how =
        complete
            ? done
            : switch (head) {
              case FillHead.NotModified() -> unmodified;
              case FillHead.Absent() -> absent;
              case null, default -> failed;
            };
    how.increment();
  }

  /// Bytes go to a client without being stored.
  void passed() {
    passed.increment();
  }

  MirrorReport.Ended ended() {
    return new MirrorReport.Ended(
        done.sum(), unmodified.sum(), absent.sum(), failed.sum(), passed.sum());
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
