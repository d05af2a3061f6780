package dev.larder.serve;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The requests of one connection that were read and are not answered yet: those that wait, and the
/// one that was begun. What they take in memory is counted together with that of requests that are
/// not finished. On the connection's event loop only.
final class Pending {
  /// How much of them may be in memory, in bytes; beyond that reading stops.
  private static final int MOST = 16 << 10;

  private final int most;
  private final Backlog unread;
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private int bytes;
  private int begun;

  /// @param most how many may wait
  /// @param unread what all connections together have of requests
  Pending(int most, Backlog unread) {
    this.most = most;
    this.unread = unread;
  }

  /// One more waits.
  void add(Request request) {
    waiting.add(request);
    count(request.size());
  }

  /// Begins the next one; null if none waits.
  @Nullable Request next() {
    Request next = waiting.poll();
    begun = next == null ? 0 : next.size();
    return next;
  }

  /// What is sent for the one that was begun is known, and nobody needs it any more.
  void answered() {
    count(-begun);
    begun = 0;
  }

  /// None of them is answered.
  void clear() {
    waiting.clear();
    count(-bytes);
    begun = 0;
  }

  /// Whether none waits.
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /// Whether there are so many that reading should stop.
  boolean isFull() {
    return waiting.size() >= most || isMuch();
  }

  /// Whether there are so few again that reading may go on.
  boolean hasRoom() {
    return waiting.size() <= most / 2 && !isMuch();
  }

  /// Whether `request` takes more than a connection may have while so many have something.
  boolean isTooLong(Request request) {
    return request.size() > Backlog.LITTLE && unread.isLong();
  }

  private boolean isMuch() {
    return bytes > MOST || (bytes > Backlog.LITTLE && unread.isLong());
  }

  private void count(int more) {
    bytes += more;
    unread.add(more);
  }
}
