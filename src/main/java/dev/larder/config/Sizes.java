package dev.larder.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes in bytes as people write them: `200GiB`, `1.5TiB` is `1536GiB`, `512`.
final class Sizes {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,18}) ?([A-Za-z]*)");

  private record Unit(String name, long bytes) {}

  /// Binary units largest first, since that is the order of writing.
  private static final List<Unit> UNITS =
      List.of(
          new Unit("PiB", 1L << 50),
          new Unit("TiB", 1L << 40),
          new Unit("GiB", 1L << 30),
          new Unit("MiB", 1L << 20),
          new Unit("KiB", 1L << 10),
          new Unit("B", 1),
          new Unit("PB", 1_000_000_000_000_000L),
          new Unit("TB", 1_000_000_000_000L),
          new Unit("GB", 1_000_000_000L),
          new Unit("MB", 1_000_000L),
          new Unit("kB", 1000L));

  private Sizes() {}

  /// @throws IllegalArgumentException with a message for the user
  static long parse(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw notASize(text);
    }
    String unit = size.group(2);
    for (Unit candidate : UNITS) {
      if (candidate.name().equalsIgnoreCase(unit)) {
        try {
          return Math.multiplyExact(Long.parseLong(size.group(1)), candidate.bytes());
        } catch (ArithmeticException _) {
          throw new IllegalArgumentException(Quoted.text(text) + " is larger than any disk");
        }
      }
    }
    throw notASize(text);
  }

  private static IllegalArgumentException notASize(String text) {
    return new IllegalArgumentException(
        Quoted.text(text)
            + " is not a size; write a whole number with a unit: B, KiB, MiB, GiB or TiB");
  }

  /// In the largest binary unit that is exact.
  static String format(long bytes) {
    for (Unit unit : UNITS) {
      if (bytes != 0 && bytes % unit.bytes() == 0) {
        return bytes / unit.bytes() + unit.name();
      }
    }
    return bytes + "B";
  }
}
