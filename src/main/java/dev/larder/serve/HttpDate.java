package dev.larder.serve;

import io.netty.handler.codec.DateFormatter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.Locale;

/// Dates as HTTP writes them (RFC 9110 section 5.6.7), in whole seconds since the epoch.
final class HttpDate {
  /// Not a date.
  static final long NONE = Long.MIN_VALUE;

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private HttpDate() {}

  static String format(long seconds) {
    return FORMAT.format(Instant.ofEpochSecond(seconds));
  }

  /// Reads any of the three forms; [#NONE] if it is none of them.
  @SuppressWarnings("JavaUtilDate") // what the parser gives
  static long parse(String text) {
    Date date = DateFormatter.parseHttpDate(text.strip());
    return date == null ? NONE : Math.floorDiv(date.getTime(), 1000L);
  }

  /// The `Date` header's line, made once per second for all connections.
  static final class Line {
    private final InstantSource clock;
    private volatile Made made = new Made(NONE, new byte[0]);

    Line(InstantSource clock) {
      this.clock = clock;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Made(long second, byte[] bytes) {}

    long now() {
      return Math.floorDiv(clock.millis(), 1000L);
    }

    /// The line for second `now`, with its line end. Two threads may make it at the same time; both
    /// are right.
    byte[] at(long now) {
      Made last = made;
      if (last.second != now) {
        String line = "Date: " + format(now) + "\r\n";
        last = new Made(now, line.getBytes(StandardCharsets.US_ASCII));
        made = last;
      }
      return last.bytes;
    }
  }
}
