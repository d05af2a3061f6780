package dev.larder.access;

import java.time.Duration;
import java.time.Instant;

/// What came of asking who somebody is.
public sealed interface Authentication {
  /// We know.
  record Known(Principal principal) implements Authentication {}

  /// Nothing was shown.
  record Missing() implements Authentication {}

  /// What was shown is not right.
  record Wrong() implements Authentication {}

  /// What was shown was right once.
  ///
  /// @param name the token's
  /// @param at when it ended
  record Expired(String name, Instant at) implements Authentication {}

  /// What was shown ends some day, and perhaps has: the clock of this machine is wrong.
  ///
  /// @param name the token's
  /// @param clock what it says
  record Undated(String name, Instant clock) implements Authentication {}

  /// What was shown is not right, or may have been chosen by a person and was not looked at, after
  /// too many others that were not.
  ///
  /// @param retryAfter for how long that goes on
  record TooMany(Duration retryAfter) implements Authentication {}
}
