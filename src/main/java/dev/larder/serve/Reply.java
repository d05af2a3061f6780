package dev.larder.serve;

import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import org.jspecify.annotations.Nullable;

/// A response ready to be sent.
///
/// @param code HTTP status, for the log
/// @param head header up to, not including, what [Head] leaves out
/// @param payload body
/// @param framing how the client knows where the body ends
/// @param confirmedAt for `Age`: seconds since the epoch, or -1 for none
/// @param close whether the connection ends with it
/// @param tally who counts the bytes; null for what no content answered
/// @param status how the answer was found, for the access log; null for what no content answered
@SuppressWarnings("ArrayRecordComponent") // prebuilt bytes, shared and never compared
record Reply(
    int code,
    byte[] head,
    Payload payload,
    Framing framing,
    long confirmedAt,
    boolean close,
    @Nullable Tally tally,
    @Nullable CacheStatus status) {
  /// One that no content had a part in, or of which it is told later.
  Reply(
      int code,
      byte[] head,
      Payload payload,
      Framing framing,
      long confirmedAt,
      boolean close,
      @Nullable Tally tally) {
    this(code, head, payload, framing, confirmedAt, close, tally, null);
  }

  /// The same, but the connection ends with it.
  Reply closing() {
    return new Reply(code, head, payload, framing, confirmedAt, true, tally, status);
  }

  /// The same, but counted.
  Reply countedBy(Tally counting) {
    return new Reply(code, head, payload, framing, confirmedAt, close, counting, status);
  }

  /// The same, with how it was found.
  Reply foundBy(@Nullable CacheStatus found) {
    return new Reply(code, head, payload, framing, confirmedAt, close, tally, found);
  }

  /// How the client knows where a body ends (RFC 9112 section 6.3).
  enum Framing {
    /// By `Content-Length`, or because there is none.
    LENGTH,
    /// By chunks.
    CHUNKED,
    /// By the end of the connection: HTTP/1.0 and a length nobody knows.
    CLOSE
  }

  /// Counts what was sent of a content's answer.
  record Tally(Content content, boolean hit) {
    void count(long bytes) {
      content.sent(hit, bytes);
    }
  }
}
