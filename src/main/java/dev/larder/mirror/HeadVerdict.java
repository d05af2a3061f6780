package dev.larder.mirror;

import dev.larder.store.Expected;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether the head of an upstream's answer is acceptable, before a byte of its body is looked at.
/// A pure decision; [Fill] and [Passthrough] act on it.
sealed interface HeadVerdict {
  /// The body is what was asked for.
  ///
  /// @param skip bytes of the body to drop first: upstream ignored our Range
  /// @param size of the whole file in bytes, or -1 if neither index nor upstream tells
  record Take(long skip, long size) implements HeadVerdict {}

  /// Upstream does not have it.
  record Gone() implements HeadVerdict {}

  /// What we hold is what upstream has.
  record NotModified() implements HeadVerdict {}

  /// Upstream asks to be left alone.
  record Busy(String why, Duration retryAfter) implements HeadVerdict {}

  /// What we have so far of the file does not fit what upstream has.
  record StartOver(String why) implements HeadVerdict {}

  /// Upstream fails or lies.
  record Bad(String why) implements HeadVerdict {}

  /// The parts of an answer's head that count.
  ///
  /// @param status code
  /// @param contentLength or -1
  /// @param contentRange header or null
  /// @param contentType header or null
  /// @param contentEncoding header or null
  /// @param retryAfter parsed, or null
  record Head(
      int status,
      long contentLength,
      @Nullable String contentRange,
      @Nullable String contentType,
      @Nullable String contentEncoding,
      @Nullable Duration retryAfter) {}

  /// How long an upstream that says 429 or 503 without a time is left alone.
  Duration DEFAULT_RETRY = Duration.ofSeconds(10);

  /// No upstream silences itself for longer than this.
  Duration LONGEST_RETRY = Duration.ofMinutes(15);

  /// `bytes first-last/size`, RFC 9110 section 14.4.
  Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

  /// Judges a head.
  ///
  /// @param offset from which byte we asked on; 0 for a request without Range
  /// @param to last byte asked for, or -1 for the end
  /// @param expected what the index promises
  /// @param mayBeHtml whether the path may really be an HTML page
  static HeadVerdict judge(Head head, long offset, long to, Expected expected, boolean mayBeHtml) {
    return switch (head.status) {
      case 200 -> whole(head, offset, expected, mayBeHtml);
      case 206 -> part(head, offset, to, expected);
      case 304 -> new NotModified();
      case 404, 410 -> new Gone();
      case 416 ->
          offset > 0
              ? new StartOver("416 to our Range")
              : new Bad("416 to a request without Range");
      case 429, 503 -> {
        Duration wait = head.retryAfter == null ? DEFAULT_RETRY : head.retryAfter;
        yield new Busy(
            "answered " + head.status, wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait);
      }
      default -> new Bad("answered " + head.status);
    };
  }

  private static HeadVerdict whole(Head head, long offset, Expected expected, boolean mayBeHtml) {
    if (head.contentEncoding != null && !head.contentEncoding.equalsIgnoreCase("identity")) {
      return new Bad("sent Content-Encoding " + head.contentEncoding + " though not asked for");
    }
    if (!mayBeHtml
        && head.contentType != null
        && head.contentType.toLowerCase(Locale.ROOT).startsWith("text/html")) {
      return new Bad("sent an HTML page instead of the file");
    }
    if (expected.hasSize() && head.contentLength >= 0 && head.contentLength != expected.size()) {
      return new Bad(
          "has %d bytes where the index promises %d"
              .formatted(head.contentLength, expected.size()));
    }
    return new Take(offset, expected.hasSize() ? expected.size() : head.contentLength);
  }

  private static HeadVerdict part(Head head, long offset, long to, Expected expected) {
    Matcher range =
        CONTENT_RANGE.matcher(head.contentRange == null ? "" : head.contentRange.strip());
    if (!range.matches()) {
      return new Bad("answered 206 with Content-Range " + head.contentRange);
    }
    long first = Long.parseLong(range.group(1));
    long last = Long.parseLong(range.group(2));
    long size = Long.parseLong(range.group(3));
    if (expected.hasSize() && size != expected.size()) {
      return new Bad("has %d bytes where the index promises %d".formatted(size, expected.size()));
    }
    if (first != offset || last != (to < 0 ? size - 1 : Math.min(to, size - 1))) {
      return new Bad("answered 206 with another range than asked for: " + head.contentRange);
    }
    return new Take(0, size);
  }
}
