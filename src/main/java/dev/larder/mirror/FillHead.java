package dev.larder.mirror;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of a fill as soon as an upstream's answer was accepted, or none was.
sealed interface FillHead {
  /// Bytes are coming.
  ///
  /// @param size of the whole file, or -1 if nobody told
  /// @param lastModified upstream's, or null
  /// @param status upstream's status code
  record Begun(long size, @Nullable Instant lastModified, int status) implements FillHead {}

  /// What we hold is still right.
  record NotModified() implements FillHead {}

  /// No upstream has it.
  record Absent() implements FillHead {}

  /// It cannot be had now.
  ///
  /// @param code HTTP status that fits: 502, 503 or 504; 429 if it was nobody's turn
  record Failed(int code, String why, Duration retryAfter) implements FillHead {}

  /// The disk does not take it; the bytes have to pass through.
  record NoRoom(String why) implements FillHead {}
}
