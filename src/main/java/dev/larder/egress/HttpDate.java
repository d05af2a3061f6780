package dev.larder.egress;

import java.time.Instant;
import org.apache.hc.client5.http.utils.DateUtils;
import org.jspecify.annotations.Nullable;

/// Dates as HTTP writes them (RFC 9110 section 5.6.7): always two digits for the day, which servers
/// insist on.
public final class HttpDate {
  private HttpDate() {}

  /// `Tue, 03 Jun 2025 11:05:30 GMT`; parts of a second are cut off.
  public static String format(Instant time) {
    return DateUtils.formatStandardDate(time);
  }

  /// Reads the two forms that name their zone; null for all else, the obsolete asctime form
  /// included, and whoever asks takes that for no date.
  public static @Nullable Instant parse(String text) {
    return DateUtils.parseStandardDate(text);
  }
}
