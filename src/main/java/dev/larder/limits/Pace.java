package dev.larder.limits;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// How fast one client may go, over all of its connections: requests, and bytes.
///
/// Each of the two is a moment in the future up to which the client has used its rate up: what it
/// does moves the moment on, and the more it lies ahead of now the longer the client waits. So a
/// request costs one compare-and-set and no allocation, and a client that waits costs no thread.
public final class Pace {
  /// How long a request waits for its turn; phttpget gives up after fifteen seconds, pacman after
  /// ten.
  private static final long MOST_WAIT = Duration.ofSeconds(5).toNanos();

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int LEAST_PIECE = 4 << 10;
  private static final int PIECES_A_SECOND = 16;

  private final ClientLimits limits;
  private final AtomicLong requestsUntil = new AtomicLong();
  private final AtomicLong bytesUntil = new AtomicLong();

  Pace(ClientLimits limits) {
    this.limits = limits;
  }

  /// Takes a turn for a request.
  ///
  /// @return for how many nanoseconds it has to wait; negative if it is refused, and then minus the
  ///   nanoseconds after which another one would have a turn at once
  public long request() {
    int rate = limits.settings().requestsPerClient();
    if (rate == 0) {
      return 0;
    }
    long interval = SECOND / rate;
    long burst = interval * limits.settings().requestBurst();
    long now = limits.now();
    while (true) {
      long until = requestsUntil.get();
      long next = Math.max(until, now) + interval;
      long wait = next - burst - now;
      if (wait > MOST_WAIT) {
        return -wait;
      }
      if (requestsUntil.compareAndSet(until, next)) {
        return Math.max(0, wait);
      }
    }
  }

  /// For how many nanoseconds no bytes should be sent; 0 if some may be.
  public long pause() {
    return limits.settings().bytesPerClient() == 0
        ? 0
        : Math.max(0, bytesUntil.get() - SECOND - limits.now());
  }

  /// Notes that so many bytes are sent.
  public void sent(long bytes) {
    long rate = limits.settings().bytesPerClient();
    if (rate > 0 && bytes > 0) {
      long time = (long) ((double) bytes / rate * SECOND);
      long now = limits.now();
      bytesUntil.updateAndGet(until -> Math.max(until, now) + time);
    }
  }

  /// How many bytes should be sent at once.
  ///
  /// @param most without a limit
  public int piece(int most) {
    long rate = limits.settings().bytesPerClient();
    return rate == 0 ? most : Math.clamp(rate / PIECES_A_SECOND, LEAST_PIECE, most);
  }
}
