package dev.larder.egress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Ends what takes too long by closing its connection from outside.
///
/// A socket timeout cannot do it: it starts again with every byte, and a server that sends one byte
/// a second stays below it for ever. And a read that timed out cannot be taken up again, so waking
/// up to look at the clock would spoil the connection.
final class Watchdog implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  Watchdog() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("larder-egress-watchdog").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /// Runs `expired` after `limit` unless the deadline is disarmed before. `expired` must not block.
  Deadline deadline(Duration limit, Runnable expired) {
    return new Deadline(limit, expired);
  }

  /// Runs `stalled` once, when reading through the pulse brought less than `bytes` within `window`.
  Pulse pulse(Duration window, long bytes, Runnable stalled) {
    return new Pulse(window, bytes, stalled);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /// A point in time by which something must have happened.
  final class Deadline {
    private enum State {
      ARMED,
      DISARMED,
      EXPIRED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.ARMED);
    private final ScheduledFuture<?> alarm;

    private Deadline(Duration limit, Runnable expired) {
      alarm =
          timer.schedule(
              () -> {
                if (state.compareAndSet(State.ARMED, State.EXPIRED)) {
                  expired.run();
                }
              },
              limit.toNanos(),
              TimeUnit.NANOSECONDS);
    }

    /// It has happened, or failed. Returns false if that was too late.
    boolean disarm() {
      alarm.cancel(false);
      return state.compareAndSet(State.ARMED, State.DISARMED) || state.get() == State.DISARMED;
    }
  }

  /// The rate at which one reader gets bytes. Only the time spent waiting in a read counts, so a
  /// reader that takes its time does not make the server look slow.
  final class Pulse {
    private static final int LOOKS_PER_WINDOW = 16;

    private final long windowNanos;
    private final long bytes;
    private final Runnable action;
    private final ScheduledFuture<?> ticks;

    // Written by the reader, read by the timer. They need not change together: a look that is off
    // by one read is corrected by the next.
    private volatile long waitedNanos;
    private volatile long readSince;
    private volatile boolean reading;
    private volatile long received;
    private volatile boolean stalled;

    // Touched by the timer only.
    private final Deque<Look> looks = new ArrayDeque<>();

    private Pulse(Duration window, long bytes, Runnable action) {
      this.windowNanos = window.toNanos();
      this.bytes = bytes;
      this.action = action;
      looks.add(new Look(0, 0));
      long every = Math.max(1, windowNanos / LOOKS_PER_WINDOW);
      ticks = timer.scheduleAtFixedRate(this::look, every, every, TimeUnit.NANOSECONDS);
    }

    /// A read begins.
    void enter() {
      readSince = System.nanoTime();
      reading = true;
    }

    /// The read has ended with `count` bytes. One reader at a time is the contract of a stream, so
    /// nobody else adds to what is counted here.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void leave(int count) {
      long now = System.nanoTime();
      if (count > 0) {
        received += count;
      }
      reading = false;
      waitedNanos += now - readSince;
    }

    /// Whether it was found to be too slow.
    boolean stalled() {
      return stalled;
    }

    /// There is nothing left to watch.
    void stop() {
      ticks.cancel(false);
    }

    private void look() {
      long waited = waitedNanos;
      if (reading) {
        waited += Math.max(0, System.nanoTime() - readSince);
      }
      long now = received;
      // The first look stays at least one window old, and as close to that as can be.
      while (looks.size() > 1 && waited - second().waited() >= windowNanos) {
        looks.removeFirst();
      }
      Look old = looks.getFirst();
      if (waited - old.waited() >= windowNanos && now - old.received() < bytes) {
        stalled = true;
        stop();
        action.run();
      } else if (waited - looks.getLast().waited() >= windowNanos / (2 * LOOKS_PER_WINDOW)) {
        looks.addLast(new Look(waited, now));
      }
    }

    private Look second() {
      Iterator<Look> iterator = looks.iterator();
      iterator.next();
      return iterator.next();
    }

    private record Look(long waited, long received) {}
  }
}
