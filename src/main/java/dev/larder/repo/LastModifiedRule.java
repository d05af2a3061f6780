package dev.larder.repo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Which Last-Modified an index is served with. Clients know no validator but this one: pacman asks
/// with `If-Modified-Since` and keeps its copy on a 304. So other bytes always have another time,
/// and times only go forward, also when upstream's go back (a rollback, another mirror) or stand
/// still (two publications within a second).
public final class LastModifiedRule {
  private LastModifiedRule() {}

  /// The time for new bytes. It may be a second ahead of `now`: they must not be served before it,
  /// as no Last-Modified may be later than Date (RFC 9110 section 8.8.2.1).
  ///
  /// @param upstream what upstream says, or null
  /// @param last what the previous bytes at this path were served with, or null
  public static Instant next(@Nullable Instant upstream, @Nullable Instant last, Instant now) {
    Instant present = now.truncatedTo(ChronoUnit.SECONDS);
    Instant time =
        upstream == null || upstream.isAfter(present)
            ? present
            : upstream.truncatedTo(ChronoUnit.SECONDS);
    return last == null || time.isAfter(last) ? time : last.plusSeconds(1);
  }
}
