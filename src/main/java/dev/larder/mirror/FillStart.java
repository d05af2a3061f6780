package dev.larder.mirror;

import dev.larder.limits.FillTurns;
import dev.larder.limits.FillTurns.Turn;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// When a fill begins: as soon as it is the turn of one of those who want it. So a client that has
/// a long line of fills cannot make another one wait that wants a file of it.
final class FillStart {
  private final CountDownLatch begun = new CountDownLatch(1);
  // Guarded by this: those who ask, the one whose turn it is, and whether no more are needed.
  private final List<Turn> asking = new ArrayList<>();
  private @Nullable Turn held;
  private boolean settled;

  /// `client` wants the fill, too.
  void wantedBy(FillTurns turns, InetAddress client) {
    if (!isSettled()) {
      Turn turn = turns.ask(client, this::come);
      synchronized (this) {
        if (!settled) {
          asking.add(turn);
          return;
        }
        if (turn.equals(held)) {
          return;
        }
      }
      turn.end();
    }
  }

  private synchronized boolean isSettled() {
    return settled;
  }

  private void come(Turn turn) {
    begin(turn);
  }

  /// We want it ourselves, and wait for nobody's turn.
  void wantedByUs() {
    begin(null);
  }

  /// @param turn that it takes; null for none
  private void begin(@Nullable Turn turn) {
    List<Turn> unneeded;
    synchronized (this) {
      unneeded = new ArrayList<>(asking);
      asking.clear();
      if (!settled) {
        settled = true;
        held = turn;
        unneeded.remove(turn);
      } else if (turn != null && !turn.equals(held)) {
        unneeded.add(turn);
      }
    }
    begun.countDown();
    unneeded.forEach(Turn::end);
  }

  /// Waits until it may begin.
  ///
  /// @return false if nobody's turn comes in time
  boolean await(Duration limit) {
    try {
      if (begun.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<Turn> unneeded;
    synchronized (this) {
      if (settled) {
        return true; // in this moment
      }
      settled = true;
      unneeded = List.copyOf(asking);
      asking.clear();
    }
    unneeded.forEach(Turn::end);
    return false;
  }

  /// The fill has ended.
  void end() {
    Turn used;
    synchronized (this) {
      used = held;
      held = null;
    }
    if (used != null) {
      used.end();
    }
  }
}
