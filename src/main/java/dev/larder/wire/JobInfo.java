package dev.larder.wire;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Work that the server does or has done.
///
/// @param id tells it from others
/// @param action what it is: `repository.verify`
/// @param repository the repository it is about; left out if none
/// @param by who asked for it: `cli`, `token:deploy`
/// @param state whether it has ended
/// @param startedAt when it began
/// @param endedAt when it ended; left out while it runs
/// @param result what the request would have been answered with; left out unless it is done
/// @param problem what the request would have been answered with; left out unless it failed
public record JobInfo(
    String id,
    String action,
    @Nullable String repository,
    String by,
    State state,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Object result,
    @Nullable Problem problem) {
  /// How far it is.
  public enum State {
    /// It is being done.
    RUNNING,
    /// It has ended well.
    DONE,
    /// It has ended, and what it was to do was not done.
    FAILED
  }
}
