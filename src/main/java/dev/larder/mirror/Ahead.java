package dev.larder.mirror;

import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The packages that are being brought before the switch to the index that names them. No current
/// index does, so they would be the first to go, and one would push out the other. Safe for use by
/// many threads.
final class Ahead {
  /// A switch that has not come by then does not come.
  private static final Duration AT_MOST = Duration.ofHours(1);

  private final ConcurrentHashMap<RelPath, Batch> batches = new ConcurrentHashMap<>();

  private record Batch(Set<RelPath> paths, Instant until) {}

  /// These are being brought, instead of those of the same root that were before.
  void begin(RelPath root, Set<RelPath> paths, Instant now) {
    batches.put(root, new Batch(Set.copyOf(paths), now.plus(AT_MOST)));
  }

  /// The switch of `root` has come, or will not.
  void end(RelPath root) {
    batches.remove(root);
  }

  /// Whether `path` is about to be named by an index.
  boolean has(RelPath path, Instant now) {
    for (Batch batch : batches.values()) {
      if (batch.paths.contains(path) && now.isBefore(batch.until)) {
        return true;
      }
    }
    return false;
  }
}
