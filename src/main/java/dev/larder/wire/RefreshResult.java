package dev.larder.wire;

import org.jspecify.annotations.Nullable;

/// What a refresh came to. All outcomes are answered with status 200: the refresh was done, and
/// this is its result.
///
/// @param mirror the mirror's name
/// @param outcome what happened
/// @param generation number of the current generation; null unless it is unchanged or switched
/// @param why one sentence; null unless it is refused or unreachable
public record RefreshResult(
    String mirror, Outcome outcome, @Nullable Long generation, @Nullable String why) {
  /// What happened.
  public enum Outcome {
    /// Upstream still shows what is served.
    UNCHANGED,
    /// A new generation is served.
    SWITCHED,
    /// Upstream offers an index that is not served: bad signature, inconsistent, or older.
    REFUSED,
    /// No upstream could be asked.
    UNREACHABLE,
    /// No index was asked for yet, so there is nothing to refresh.
    NOTHING
  }
}
