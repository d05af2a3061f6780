package dev.larder.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Slows down whoever guesses: so many failures of one address in a span of time, then refusals
/// until the span ends. An IPv6 network of 64 bits counts as one address, since whoever has one of
/// its addresses has them all.
///
/// What is refused then is for [Authenticator] to say: a token that we made is taken at any time.
/// Being right once does not clear what was counted.
final class FailureLimit {
  /// Beyond this the address counted longest is forgotten: memory is bounded, whoever comes.
  private static final int MOST_ADDRESSES = 10_000;

  private static final int NETWORK_BYTES = 8;

  private final int most;
  private final Duration span;
  private final InstantSource clock;
  private final Map<String, Count> counts = new LinkedHashMap<>();

  /// @param most failures of one address within `span` that are answered as such
  FailureLimit(int most, Duration span, InstantSource clock) {
    this.most = most;
    this.span = span;
    this.clock = clock;
  }

  private record Count(Instant until, int failures) {}

  /// Counts a failure of `address`.
  ///
  /// @return for how long the address is to be refused; zero if it is not
  synchronized Duration failed(InetAddress address) {
    Instant now = clock.instant();
    String network = network(address);
    Count count = counts.get(network);
    if (count == null || !now.isBefore(count.until())) {
      // Behind all others, since it ends last.
      counts.remove(network);
      makeRoom(now);
      count = new Count(now.plus(span), 0);
    }
    Count next = new Count(count.until(), Math.min(most + 1, count.failures() + 1));
    counts.put(network, next);
    return next.failures() > most ? Duration.between(now, next.until()) : Duration.ZERO;
  }

  /// Whether the next failure of `address` would be one too many. Counts nothing.
  ///
  /// @return for how long the address is to be refused; zero if it is not
  synchronized Duration exceeded(InetAddress address) {
    Instant now = clock.instant();
    Count count = counts.get(network(address));
    return count != null && now.isBefore(count.until()) && count.failures() >= most
        ? Duration.between(now, count.until())
        : Duration.ZERO;
  }

  /// Entries stand in the order in which they end.
  private void makeRoom(Instant now) {
    Iterator<Count> oldest = counts.values().iterator();
    while (oldest.hasNext()) {
      Count count = oldest.next();
      if (now.isBefore(count.until()) && counts.size() < MOST_ADDRESSES) {
        return;
      }
      oldest.remove();
    }
  }

  private static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }

  synchronized int size() {
    return counts.size();
  }
}
