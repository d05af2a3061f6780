package dev.larder.clock;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How old things are by a clock that may be wrong.
///
/// A machine whose battery is empty starts in 1970, or whenever its firmware was made, and has the
/// right time when the network tells it, minutes later or never. Meanwhile everything is served,
/// but nothing is removed because of its age. What was stamped meanwhile looks decades old once the
/// clock is right, though nobody knows how old it is: its age counts from the moment at which the
/// clock was first seen to be right.
///
/// A clock that is wrong by less cannot be told from a right one.
public final class Ages {
  /// No clock before this can be right: Larder is younger, and so is all that it keeps.
  public static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");

  /// The first right moment that this was asked at.
  private volatile @Nullable Instant right;

  /// Whether a clock that says `moment` can be right.
  public static boolean isPlausible(Instant moment) {
    return !moment.isBefore(EARLIEST);
  }

  /// From when on the age of something counts.
  ///
  /// While the clock is wrong that is `stamp`: what was stamped since the start has the age that it
  /// seems to have, and whatever was stamped before seems younger than it is.
  ///
  /// @param stamp when it came to be, by the clock of then
  /// @param now what the clock says
  public Instant since(Instant stamp, Instant now) {
    if (!isPlausible(now)) {
      return stamp;
    }
    Instant first = right;
    if (first == null) {
      first = now;
      right = now;
    }
    return isPlausible(stamp) ? stamp : first;
  }

  /// Whether something is so old that it may go for that alone. By a clock that is wrong nothing
  /// is.
  ///
  /// @param stamp when it came to be, by the clock of then
  /// @param age that it may reach
  /// @param now what the clock says
  public boolean hasReached(Instant stamp, Duration age, Instant now) {
    return isPlausible(now) && !since(stamp, now).plus(age).isAfter(now);
  }
}
