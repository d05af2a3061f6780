package dev.larder.clock;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an operator is told of a clock that cannot be right.
public final class ClockWarning {
  /// How to end it.
  public static final String REMEDY =
      "set the clock, and let it be set at every start (ntpd, chrony, timesyncd)";

  private static final Logger LOG = LoggerFactory.getLogger(ClockWarning.class);

  private ClockWarning() {}

  /// Warns if the clock cannot be right.
  ///
  /// @param now what it says
  public static void tell(Instant now) {
    String warning = of(now);
    if (warning != null) {
      LOG.warn("{}", warning);
    }
  }

  /// One sentence; null if the clock may be right.
  ///
  /// @param now what it says
  public static @Nullable String of(Instant now) {
    return Ages.isPlausible(now)
        ? null
        : ("the clock says %s: what is here is served, but nothing is removed because of its age,"
                + " tokens that expire are refused, and upstreams with TLS cannot be verified; %s")
            .formatted(now.truncatedTo(ChronoUnit.SECONDS), REMEDY);
  }
}
