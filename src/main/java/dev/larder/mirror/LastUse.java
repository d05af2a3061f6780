package dev.larder.mirror;

import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// What clients asked for last when: which indexes are kept fresh, and the working set of package
/// names. Noted in memory, merged into the database in the background.
final class LastUse {
  private static final String INDEX = "index ";
  private static final String PACKAGE = "package ";
  private static final String COMPANION = "companion ";

  private final LastUseTable table;
  private final InstantSource clock;
  private final Duration window;
  // Indexes for themselves: they are looked through all the time, and packages are many.
  private final ConcurrentHashMap<RelPath, Long> indexes = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> all = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> unflushed = new ConcurrentHashMap<>();

  /// @param window how long a use counts
  LastUse(LastUseTable table, InstantSource clock, Duration window) {
    this.table = table;
    this.clock = clock;
    this.window = window;
    table
        .since(since())
        .forEach((name, at) -> {
          RelPath index =
              name.startsWith(INDEX) ? RelPath.orNull(name.substring(INDEX.length())) : null;
          if (index != null) {
            indexes.put(index, at);
          } else {
            all.put(name, at);
          }
        });
  }

  private long since() {
    return clock.instant().minus(window).getEpochSecond();
  }

  void index(RelPath path) {
    long now = clock.instant().getEpochSecond();
    Long before = indexes.put(path, now);
    if (before == null || before != now) {
      unflushed.put(INDEX + path, now);
    }
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

  /// The indexes in use that `of` accepts.
  Set<RelPath> indexes(Predicate<RelPath> of) {
    long since = since();
    Set<RelPath> paths = new HashSet<>();
    indexes.forEach((path, at) -> {
      if (at >= since && of.test(path)) {
        paths.add(path);
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

  /// Writes down what was noted since the last call.
  void flush() {
    Map<String, Long> uses = new HashMap<>(unflushed);
    if (!uses.isEmpty()) {
      table.put(uses);
      uses.forEach(unflushed::remove);
    }
  }
}
