package dev.larder.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as people write them: `30s`, `5m`, `1h30m`, `7d`.
final class Durations {
  /// Beyond this a duration is a slip, and arithmetic with times would overflow at some point.
  static final Duration LONGEST = Duration.ofDays(3650);

  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1),
          "w", Duration.ofDays(7));
  private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|[smhdw])");
  private static final int MAX_LENGTH = 40;

  private Durations() {}

  /// @throws IllegalArgumentException with a message for the user
  static Duration parse(String text) {
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    int end = 0;
    while (text.length() <= MAX_LENGTH && part.find() && part.start() == end) {
      sum =
          sum.plus(
              UNITS
                  .getOrDefault(part.group(2), Duration.ZERO)
                  .multipliedBy(Long.parseLong(part.group(1))));
      end = part.end();
    }
    if (end == 0 || end != text.length()) {
      throw new IllegalArgumentException(
          Quoted.text(text)
              + " is not a duration; write a number with a unit: ms, s, m, h, d or w");
    }
    if (sum.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(Quoted.text(text) + " is longer than 3650d");
    }
    return sum;
  }

  /// The shortest way to write it that reads well: days from two days on.
  static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    long days = duration.toDays() >= 2 ? duration.toDays() : 0;
    Duration rest = duration.minusDays(days);
    return part(days, "d")
        + part(rest.toHours(), "h")
        + part(rest.toMinutesPart(), "m")
        + part(rest.toSecondsPart(), "s")
        + part(rest.toMillisPart(), "ms");
  }

  private static String part(long count, String unit) {
    return count == 0 ? "" : count + unit;
  }
}
