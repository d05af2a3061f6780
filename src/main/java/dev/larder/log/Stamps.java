package dev.larder.log;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Writes moments the ways logs have them. Remembers what it wrote of the last second, which is
/// most of the work; for one thread.
final class Stamps {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");
  private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("XXX");
  private static final DateTimeFormatter COMMON =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss xx", Locale.ENGLISH);
  private static final DateTimeFormatter SYSLOG =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);
  private static final long MILLIS = 1000;

  private final ZoneId zone;
  private long second = Long.MIN_VALUE;
  private String local = "";
  private String offset = "";
  private String utc = "";
  private String common = "";

  Stamps(ZoneId zone) {
    this.zone = zone;
  }

  private void at(long millis) {
    long wanted = Math.floorDiv(millis, MILLIS);
    if (wanted != second) {
      second = wanted;
      ZonedDateTime time = Instant.ofEpochSecond(wanted).atZone(zone);
      local = SECOND.format(time);
      offset = OFFSET.format(time);
      common = COMMON.format(time);
      utc = SECOND.format(time.withZoneSameInstant(ZoneOffset.UTC));
    }
  }

  /// RFC 3339 in local time: `2026-11-26T17:30:00.123+01:00`.
  void local(StringBuilder to, long millis) {
    at(millis);
    fraction(to.append(local), millis);
    to.append(offset);
  }

  /// RFC 3339 in UTC: `2026-11-26T16:30:00.123Z`.
  void utc(StringBuilder to, long millis) {
    at(millis);
    fraction(to.append(utc), millis);
    to.append('Z');
  }

  /// As web servers' logs have it: `26/Nov/2026:17:30:00 +0100`.
  void common(StringBuilder to, long millis) {
    at(millis);
    to.append(common);
  }

  /// As syslog(3) writes it: `Nov 6 17:30:00`.
  String syslog(long millis) {
    return SYSLOG.format(Instant.ofEpochMilli(millis).atZone(zone));
  }

  private static void fraction(StringBuilder to, long millis) {
    long part = Math.floorMod(millis, MILLIS);
    to.append('.').append(part / 100).append(part / 10 % 10).append(part % 10);
  }
}
