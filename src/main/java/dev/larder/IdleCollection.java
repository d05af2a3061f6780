package dev.larder;

import java.io.Closeable;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/// Collects garbage when little happens, so that a busy hour does not keep its memory all night.
/// The serial collector only shrinks the heap when it runs, and it only runs when the heap is full.
/// G1 has `G1PeriodicGCInterval` for this.
///
/// It costs a pause of a few hundredths of a second, at a moment when nothing has needed memory for
/// minutes. What the start needed of the class cache goes at the same moment.
final class IdleCollection implements Closeable {
  /// Long enough that references kept for their usefulness have had their time.
  static final Duration BEAT = Duration.ofMinutes(2);

  private final Thread thread;
  private long seen;
  private long ours;

  private IdleCollection(Duration beat) {
    seen = collections();
    ours = -1;
    thread = Thread.ofVirtual().name("idle collection").unstarted(() -> run(beat));
  }

  /// Looks every `beat` whether to collect, until it is closed.
  static IdleCollection start(Duration beat) {
    IdleCollection started = new IdleCollection(beat);
    started.thread.start();
    return started;
  }

  /// Whether nothing has been collected for a beat, and something since we last did.
  ///
  /// @param before collections until the beat before
  /// @param now collections until now
  /// @param ours collections until right after our last one, or -1 if there was none
  static boolean isDue(long before, long now, long ours) {
    return now == before && now != ours;
  }

  @SuppressWarnings("BusyWait") // a beat, nothing to wait for
  private void run(Duration beat) {
    try {
      while (true) {
        Thread.sleep(beat);
        long now = collections();
        boolean isQuiet = now == seen;
        if (isDue(seen, now, ours)) {
          ManagementFactory.getMemoryMXBean().gc();
          now = collections();
          ours = now;
        }
        if (isQuiet) {
          // Each time: what looks at many classes does not always leave garbage.
          ClassCachePages.release();
        }
        seen = now;
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .filter(count -> count > 0)
        .sum();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
