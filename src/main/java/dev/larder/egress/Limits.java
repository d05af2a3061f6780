package dev.larder.egress;

import java.time.Duration;

/// How long Larder waits for an upstream, and how many connections it opens.
///
/// The times are chosen against pacman, which gives up when it saw less than one byte a second for
/// ten seconds: whatever fails here must fail early enough to ask another upstream before that.
///
/// @param connect for one address; the next one is tried after that
/// @param firstByte from the sent request to the complete response head
/// @param stall over which time a body must bring 1 KiB per second
/// @param perHost connections to one scheme, host and port; further requests wait
/// @param total connections altogether
/// @param idle how long an unused connection is kept
public record Limits(
    Duration connect, Duration firstByte, Duration stall, int perHost, int total, Duration idle) {
  /// What Larder uses.
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          Duration.ofSeconds(8),
          16,
          64,
          Duration.ofSeconds(30));

  /// Checks that every limit is positive.
  ///
  /// @throws IllegalArgumentException if one is not
  public Limits {
    if (!connect.isPositive()
        || !firstByte.isPositive()
        || !stall.isPositive()
        || !idle.isPositive()
        || perHost < 1
        || total < 1) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  /// How many bytes a body must bring within [#stall()].
  long stallBytes() {
    return Math.max(1, stall.toMillis() * 1024 / 1000);
  }
}
