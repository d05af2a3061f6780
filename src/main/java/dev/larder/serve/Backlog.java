package dev.larder.serve;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes are in memory because clients are slow, of all connections together: what they
/// have not taken yet, or what they have sent of a request and not finished. As long as these are
/// few, a connection may have as many as makes it fast. Once they are many, each has [#LITTLE] and
/// no more, so that all connections there may be fit into memory.
///
/// Safe for use by many threads.
final class Backlog {
  /// What a connection may have in any case, in bytes.
  static final int LITTLE = 4 << 10;

  static final long MANY = 8L << 20;

  private final AtomicLong bytes = new AtomicLong();

  /// So many more wait; or fewer, with a negative number.
  void add(long more) {
    bytes.addAndGet(more);
  }

  /// Whether there are many.
  boolean isLong() {
    return bytes.get() > MANY;
  }

  /// How many there are.
  long bytes() {
    return bytes.get();
  }

  /// How many bytes a connection may add at once.
  ///
  /// @param usual as long as there are few
  int piece(int usual) {
    return isLong() ? Math.min(usual, LITTLE) : usual;
  }
}
