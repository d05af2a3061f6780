package dev.larder.mirror;

import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What clients asked for last when: which indexes are kept fresh, and the working set of package
/// names. Noted in memory, merged into the database in the background.
final class LastUse {
  private static final String INDEX = "index ";
  private static final String PACKAGE = "package ";
  private static final String COMPANION = "companion ";

  private final LastUseTable table;
  private final InstantSource clock;
  private final Duration window;
  private final ConcurrentHashMap<String, Long> all = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> unflushed = new ConcurrentHashMap<>();

  /// @param window how long a use counts
  LastUse(LastUseTable table, InstantSource clock, Duration window) {
    this.table = table;
    this.clock = clock;
    this.window = window;
    all.putAll(table.since(since()));
  }

  private long since() {
    return clock.instant().minus(window).getEpochSecond();
  }

  void index(RelPath path) {
    note(INDEX + path);
  }

  /// @param name of the package, without version
  void packageFile(RelPath directory, String name) {
    note(PACKAGE + directory + "/" + name);
  }

  /// @param name of the package whose companion was asked for
  void companion(RelPath directory, String name) {
    note(COMPANION + directory + "/" + name);
  }

  private void note(String name) {
    long now = clock.instant().getEpochSecond();
    Long before = all.put(name, now);
    if (before == null || before != now) {
      unflushed.put(name, now);
    }
  }

  /// The indexes in use.
  Set<RelPath> indexes() {
    long since = since();
    Set<RelPath> paths = new HashSet<>();
    all.forEach((name, at) -> {
      if (at >= since && name.startsWith(INDEX)) {
        paths.add(new RelPath(name.substring(INDEX.length())));
      }
    });
    return paths;
  }

  boolean usesPackage(RelPath directory, String name) {
    return isUsed(PACKAGE + directory + "/" + name);
  }

  boolean usesCompanion(RelPath directory, String name) {
    return isUsed(COMPANION + directory + "/" + name);
  }

  private boolean isUsed(String name) {
    Long at = all.get(name);
    return at != null && at >= since();
  }

  /// When any index was asked for last; the epoch if never.
  Instant lastIndexUse() {
    long last = 0;
    for (Map.Entry<String, Long> use : all.entrySet()) {
      if (use.getKey().startsWith(INDEX)) {
        last = Math.max(last, use.getValue());
      }
    }
    return Instant.ofEpochSecond(last);
  }

  /// Writes down what was noted since the last call.
  void flush() {
    Map<String, Long> uses = new HashMap<>(unflushed);
    if (!uses.isEmpty()) {
      table.put(uses);
      uses.forEach(unflushed::remove);
    }
  }
}
