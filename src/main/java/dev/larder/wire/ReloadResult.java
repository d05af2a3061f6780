package dev.larder.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/reload`: how the configuration differs from the one that was running.
///
/// @param dryRun whether it was only looked at
/// @param changes empty if nothing is different
public record ReloadResult(boolean dryRun, List<Change> changes) {
  /// Takes a defensive copy.
  public ReloadResult {
    changes = List.copyOf(changes);
  }

  /// What happened to a key or a table.
  public enum What {
    /// The table is new.
    ADDED,
    /// The table is gone.
    REMOVED,
    /// The key has another value.
    CHANGED
  }

  /// One difference.
  ///
  /// @param key with its tables, `mirror.arch.upstream`; only the table, `mirror.arch`, where all
  ///   of it came or went
  /// @param what happened to it
  /// @param before its value in TOML; null if it had none, is a table, or must not be shown
  /// @param after its value now, likewise
  /// @param secret whether its values must not be shown
  /// @param needsRestart whether the server keeps the value it has until it is started again
  public record Change(
      String key,
      What what,
      @Nullable String before,
      @Nullable String after,
      boolean secret,
      boolean needsRestart) {}
}
