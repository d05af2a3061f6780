package dev.larder.mirror;

/// What a refresh came to.
public sealed interface RefreshOutcome {
  /// Upstream still shows the generation we have.
  ///
  /// @param generation its number
  record Unchanged(long generation) implements RefreshOutcome {}

  /// A new generation is current.
  ///
  /// @param generation its number
  record Switched(long generation) implements RefreshOutcome {}

  /// Upstream offers an index that is not served.
  ///
  /// @param why one sentence
  record Refused(String why) implements RefreshOutcome {}

  /// No upstream could be asked.
  ///
  /// @param why one sentence
  record Unreachable(String why) implements RefreshOutcome {}

  /// There is nothing to refresh: no index was ever asked for.
  record Nothing() implements RefreshOutcome {}
}
