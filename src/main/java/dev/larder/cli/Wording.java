package dev.larder.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How numbers and times are written: for a person, or for the program that reads them.
///
/// @param rounded sizes in IEC units (`1.5 MiB`) rather than in bytes
/// @param relative times as distance from now (`3h ago`) rather than in RFC 3339
/// @param time what now is
record Wording(boolean rounded, boolean relative, InstantSource time) {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  /// Bytes; `-` for a person and nothing for a program if not known.
  String size(@Nullable Long bytes) {
    if (bytes == null) {
      return nothing();
    }
    return rounded ? iec(bytes) : Long.toString(bytes);
  }

  String instant(@Nullable Instant instant) {
    if (instant == null) {
      return nothing();
    }
    if (!relative) {
      return instant.toString();
    }
    Duration age = Duration.between(instant, time.instant());
    return age.isNegative() ? "in " + span(age.negated()) : span(age) + " ago";
  }

  /// Part of a whole in percent; nothing if there is no whole.
  String percent(long part, long whole) {
    if (whole <= 0) {
      return nothing();
    }
    return String.format(Locale.ROOT, rounded ? "%.1f%%" : "%.4f", share(part, whole));
  }

  private double share(long part, long whole) {
    return (rounded ? 100.0 : 1.0) * part / whole;
  }

  /// The largest unit that fits: `45s`, `12m`, `3h`, `9d`.
  String span(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  /// `1 file`, `2 files`.
  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  String nothing() {
    return rounded ? "-" : "";
  }

  static String iec(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1023.95 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /// Text from elsewhere that may have several lines, without other characters that would move the
  /// cursor.
  static String plainLines(String text) {
    return text.lines().map(Wording::plain).collect(Collectors.joining("\n"));
  }

  /// Text from elsewhere without the characters that would move the cursor or end a cell.
  static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          boolean control = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
          plain.appendCodePoint(control ? ' ' : c);
        });
    return plain.toString();
  }
}
