package dev.larder.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// Counts what is done at one address. What is counted since the start only grows, also when the
/// address is let go and taken again: whoever reads it twice can take the difference. Safe for use
/// by many threads, and allocates nothing for a response but for the first of its status code.
final class Traffic {
  private static final int CODES = 600;

  private final String listener;
  private final AtomicInteger sockets = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder sent = new LongAdder();
  // Few codes are ever used, and an adder is not small.
  private final AtomicReferenceArray<LongAdder> responses = new AtomicReferenceArray<>(CODES);
  private final ChannelFutureListener ending = _ -> ended.increment();

  /// @param listener the address as it is configured
  Traffic(String listener) {
    this.listener = listener;
  }

  /// A socket listens, until it is closed.
  void listens(Channel socket) {
    sockets.incrementAndGet();
    socket.closeFuture().addListener(_ -> sockets.decrementAndGet());
  }

  /// A connection is open, until it is closed.
  void accepted(Channel connection) {
    accepted.increment();
    connection.closeFuture().addListener(ending);
  }

  /// A response begins.
  ///
  /// @param code from 100 to 599
  void answered(int code) {
    LongAdder count = responses.get(code);
    if (count == null) {
      LongAdder fresh = new LongAdder();
      LongAdder other = responses.compareAndExchange(code, null, fresh);
      count = other == null ? fresh : other;
    }
    count.increment();
  }

  /// A response has ended.
  ///
  /// @param bytes of its body that were sent
  void sent(long bytes) {
    sent.add(bytes);
  }

  /// Whether there is or was something to count. Of an address that could not be listened on, or
  /// that was let go before anybody came, there is not.
  boolean isKnown() {
    return sockets.get() > 0 || accepted.sum() > 0;
  }

  TrafficReport report() {
    Map<Integer, Long> codes = new TreeMap<>();
    for (int code = 0; code < CODES; code++) {
      LongAdder count = responses.get(code);
      if (count != null) {
        codes.put(code, count.sum());
      }
    }
    // In this order, so that there are never fewer than none.
    long gone = ended.sum();
    long come = accepted.sum();
    return new TrafficReport(listener, come - gone, come, sent.sum(), codes);
  }
}
