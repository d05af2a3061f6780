package dev.larder.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/// Moments as people write them: `2030-12-31`, `2030-12-31T18:00:00+01:00`.
final class Moments {
  private Moments() {}

  /// @throws IllegalArgumentException with a message for the user
  static Instant parse(String text) {
    try {
      return text.length() <= "2030-12-31".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          Quoted.text(text) + " is no time; write 2030-12-31 or 2030-12-31T18:00:00Z", e);
    }
  }
}
