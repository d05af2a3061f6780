package dev.larder.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Moments as people write them on the command line: a distance from now (`90d`), a date, which
/// begins in UTC, or a time in RFC 3339.
final class Moments {
  private static final Pattern DISTANCE = Pattern.compile("(\\d{1,6})([smhdw])");

  private Moments() {}

  /// The moment so far ahead of `now`.
  ///
  /// @throws CommandFailed if `text` is none
  static Instant ahead(String text, Instant now) {
    Duration distance = distance(text);
    return distance == null ? moment(text) : now.plus(distance);
  }

  /// The moment so long before `now`.
  ///
  /// @throws CommandFailed if `text` is none
  static Instant ago(String text, Instant now) {
    Duration distance = distance(text);
    return distance == null ? moment(text) : now.minus(distance);
  }

  private static @Nullable Duration distance(String text) {
    Matcher parts = DISTANCE.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      case "d" -> Duration.ofDays(number);
      default -> Duration.ofDays(7 * number);
    };
  }

  private static Instant moment(String text) {
    try {
      return text.length() <= "2030-12-31".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "not a time: " + Wording.plain(text),
          "write it like 90d, 12h, 2030-12-31 or 2030-12-31T18:00:00Z",
          e);
    }
  }
}
