package dev.larder.serve;

import java.util.Locale;

/// The `Range` header (RFC 9110 section 14.2), for one range of bytes.
final class ByteRange {
  private ByteRange() {}

  /// What a `Range` header comes to for a body of known length.
  sealed interface Outcome {
    /// Answer as if there were no such header: other units, several ranges, or not well-formed.
    record Ignored() implements Outcome {}

    /// The bytes asked for are not there: 416.
    record Unsatisfiable() implements Outcome {}

    /// A part of the body.
    ///
    /// @param from first byte
    /// @param to last byte, inclusive
    record Part(long from, long to) implements Outcome {}
  }

  private static final Outcome IGNORED = new Outcome.Ignored();
  private static final Outcome UNSATISFIABLE = new Outcome.Unsatisfiable();

  /// Evaluates `header` against a body of `size` bytes.
  static Outcome of(String header, long size) {
    String text = header.strip();
    if (!text.toLowerCase(Locale.ROOT).startsWith("bytes=")) {
      return IGNORED;
    }
    String spec = text.substring("bytes=".length()).strip();
    int dash = spec.indexOf('-');
    if (dash < 0 || spec.indexOf(',') >= 0) {
      return IGNORED;
    }
    String first = spec.substring(0, dash);
    String last = spec.substring(dash + 1);
    if (!isNumber(first) || !isNumber(last) || (first.isEmpty() && last.isEmpty())) {
      return IGNORED;
    }
    return first.isEmpty() ? suffix(number(last), size) : from(number(first), last, size);
  }

  private static Outcome suffix(long length, long size) {
    if (length == 0) {
      return UNSATISFIABLE;
    }
    // Satisfiable by the letter, but Content-Range cannot name a part of nothing.
    return size == 0 ? IGNORED : new Outcome.Part(Math.max(0, size - length), size - 1);
  }

  private static Outcome from(long from, String last, long size) {
    long to = last.isEmpty() ? Long.MAX_VALUE : number(last);
    if (to < from) {
      return IGNORED;
    }
    return from >= size ? UNSATISFIABLE : new Outcome.Part(from, Math.min(to, size - 1));
  }

  private static boolean isNumber(String digits) {
    return digits.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /// Numbers beyond any file's length all mean the same.
  private static long number(String digits) {
    int zeros = 0;
    while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
      zeros++;
    }
    return digits.length() - zeros > 18 ? Long.MAX_VALUE : Long.parseLong(digits.substring(zeros));
  }
}
