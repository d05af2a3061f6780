package dev.larder.serve;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts what was refused, by reason. Safe for use by many threads.
final class Refusals {
  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);

  Refusals() {
    for (Reason reason : Reason.values()) {
      counts.put(reason, new LongAdder());
    }
  }

  /// Why something is refused.
  enum Reason {
    /// `allow` and `deny`.
    NETWORK,
    /// The path is not in `roots` of its mirror.
    ROOT,
    /// A connection without the PROXY protocol's header, or from somebody who is not trusted; or a
    /// request whose proxies contradict each other.
    PROXY
  }

  void count(Reason reason) {
    LongAdder counter = counts.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  /// How often each reason, in small letters; all reasons.
  Map<String, Long> byReason() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach((reason, count) -> all.put(reason.name().toLowerCase(Locale.ROOT), count.sum()));
    return all;
  }
}
