package dev.larder.testing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// One way in which a [FaultyUpstream] answers wrongly, slowly or not at all. Several can be
/// combined; offsets count bytes of the body as sent, so of the range for a 206.
public sealed interface Fault {
  /// Ends the connection after this many bytes of the body.
  ///
  /// @param bytes of the body that are still sent
  /// @param reset by RST instead of FIN
  record DieAt(long bytes, boolean reset) implements Fault {}

  /// Ends the connection instead of answering.
  ///
  /// @param reset by RST instead of FIN
  record NoAnswer(boolean reset) implements Fault {}

  /// Closes the connection after the response without saying so beforehand, as a server does whose
  /// keep-alive time is over.
  record CloseAfter() implements Fault {}

  /// States a Content-Length that is wrong by `delta`; the body stays whole. With a negative delta
  /// the rest of the body is left on the connection, which stays open.
  record WrongLength(long delta) implements Fault {}

  /// Answers 200 with a page of HTML, as captive portals and parked domains do.
  record Html() implements Fault {}

  /// Answers 200 with everything, whatever range was asked for.
  record IgnoreRange() implements Fault {}

  /// Ignores If-Modified-Since and If-None-Match.
  record IgnoreConditions() implements Fault {}

  /// States no length; the end of the connection is the end of the body.
  record CloseDelimited() implements Fault {}

  /// Sends the body in chunks of at most `size` bytes.
  record Chunked(int size) implements Fault {
    /// Chunks of 8 KiB.
    public Chunked() {
      this(8192);
    }
  }

  /// Sends `bytes` bytes, then waits as long as `every`, and so on.
  record Paced(int bytes, Duration every) implements Fault {
    /// One byte per second.
    public static Paced oneBytePerSecond() {
      return new Paced(1, Duration.ofSeconds(1));
    }
  }

  /// Sends the response head one byte at a time with such pauses.
  record SlowHead(Duration every) implements Fault {}

  /// Sends this many bytes of the body and then nothing more, with the connection open.
  record StallAfter(long bytes) implements Fault {}

  /// Sends this many bytes of the body and waits for the latch before the rest.
  record HoldAt(long bytes, CountDownLatch release) implements Fault {}

  /// Waits for the latch before the head.
  record Hold(CountDownLatch release) implements Fault {}

  /// Waits this long before the head.
  record Delay(Duration delay) implements Fault {}

  /// Answers with a status, a short text and further headers.
  record Status(int code, Map<String, String> headers) implements Fault {
    /// A status without further headers.
    public Status(int code) {
      this(code, Map.of());
    }

    /// 429 with `Retry-After`.
    public static Status tooMany(String retryAfter) {
      return new Status(429, Map.of("Retry-After", retryAfter));
    }
  }

  /// Answers with a redirect.
  record Redirect(int code, String location) implements Fault {
    /// 302.
    public Redirect(String location) {
      this(302, location);
    }
  }

  /// Serves these bytes instead, correctly in all else.
  record OtherBytes(Bytes bytes) implements Fault {
    /// These bytes.
    public OtherBytes(byte[] bytes) {
      this(new Bytes(bytes));
    }
  }

  /// Adds or replaces response headers; an empty value removes one.
  record Headers(Map<String, String> headers) implements Fault {}
}
