package dev.larder.serve;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Room in memory for pages. The listing of a large directory takes some megabytes, once while it
/// is made and then until its client has taken it, which may be slow on purpose.
final class PageRoom {
  /// What is not larger needs no room.
  static final int SMALL = 64 << 10;

  private static final int MOST = 16 << 20;
  private static final int AT_ONCE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Semaphore makers = new Semaphore(AT_ONCE, true);
  private final Semaphore bytes = new Semaphore(MOST);

  /// Waits until a page may be made. Blocks, not for long.
  ///
  /// @return false if it may not; else [#made()] has to follow
  boolean make() {
    try {
      return makers.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// A page is made.
  void made() {
    makers.release();
  }

  /// Takes room for a page until [#give(int)]; false if there is none. Does not block.
  boolean take(int length) {
    return length <= SMALL || bytes.tryAcquire(Math.min(length, MOST));
  }

  /// Gives room back.
  void give(int length) {
    if (length > SMALL) {
      bytes.release(Math.min(length, MOST));
    }
  }
}
