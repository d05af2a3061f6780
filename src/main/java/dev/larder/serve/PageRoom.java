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

  /// Takes room for a page. Does not block.
  ///
  /// @param small up to which length it needs none
  /// @return how much was taken, for [#give(int)]; negative if there is none
  int take(int length, int small) {
    if (length <= small) {
      return 0;
    }
    int room = Math.min(length, MOST);
    return bytes.tryAcquire(room) ? room : -1;
  }

  /// Gives room back.
  ///
  /// @param room as it was taken
  void give(int room) {
    if (room > 0) {
      bytes.release(room);
    }
  }
}
