package dev.larder.serve;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts responses by their status code. Safe for use by many threads.
final class Responses {
  private static final int CODES = 600;

  private final LongAdder[] counts = new LongAdder[CODES];

  Responses() {
    for (int code = 0; code < CODES; code++) {
      counts[code] = new LongAdder();
    }
  }

  /// @param code from 100 to 599
  void count(int code) {
    counts[code].increment();
  }

  /// What was counted; no code that never was.
  Map<Integer, Long> byCode() {
    Map<Integer, Long> all = new TreeMap<>();
    for (int code = 0; code < CODES; code++) {
      long count = counts[code].sum();
      if (count > 0) {
        all.put(code, count);
      }
    }
    return all;
  }
}
