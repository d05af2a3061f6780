package dev.larder.mirror;

import dev.larder.clock.Ages;
import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What clients asked for last when: which indexes are kept fresh, and the working set of package
/// names. Indexes are few and looked at all the time, so they are in memory; of packages only what
/// was asked for a moment ago is, and the database knows the rest.
final class LastUse {
  private static final String INDEX = "index ";
  private static final String PACKAGE = "package ";
  private static final String COMPANION = "companion ";

  /// How many names are remembered as just noted; what is asked for again and again is written down
  /// only now and then.
  private static final int RECENT = 20_000;

  private static final long NOTED_FOR = Duration.ofMinutes(10).toSeconds();

  private final LastUseTable table;
  private final InstantSource clock;
  private final Supplier<Duration> window;
  private final ConcurrentHashMap<RelPath, Long> indexes = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> recent = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> unflushed = new ConcurrentHashMap<>();
  private volatile boolean dated;

  /// @param window gives how long a use counts
  LastUse(LastUseTable table, InstantSource clock, Supplier<Duration> window) {
    this.table = table;
    this.clock = clock;
    this.window = window;
    table
        .since(INDEX, since())
        .forEach((name, at) -> {
          RelPath index = RelPath.orNull(name.substring(INDEX.length()));
          if (index != null) {
            indexes.put(index, at);
          }
        });
  }

  private long since() {
    Instant now = clock.instant();
    if (!dated && Ages.isPlausible(now)) {
      dated = true;
      date(now.getEpochSecond());
    }
    return now.minus(window.get()).getEpochSecond();
  }

  /// What was used while the clock was wrong was used nobody knows when: as if it were now.
  private void date(long now) {
    long earliest = Ages.EARLIEST.getEpochSecond();
    unflushed.replaceAll((name, at) -> at < earliest ? now : at);
    indexes.replaceAll((path, at) -> at < earliest ? now : at);
    table.date(earliest, now);
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
    Long before = recent.putIfAbsent(name, now);
    if (before == null || before + NOTED_FOR < now) {
      recent.put(name, now);
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
    Long at = unflushed.get(name);
    return (at != null ? at : table.last(name)) >= since();
  }

  /// Writes down what was noted since the last call.
  void flush() {
    Map<String, Long> uses = new HashMap<>(unflushed);
    if (!uses.isEmpty()) {
      table.put(uses);
      uses.forEach(unflushed::remove);
    }
    if (recent.size() > RECENT) {
      recent.clear();
    }
  }

  /// Forgets what no longer counts; by a clock that is wrong, nothing.
  void tidy() {
    if (!Ages.isPlausible(clock.instant())) {
      return;
    }
    long since = since();
    table.removeBefore(since);
    indexes.values().removeIf(at -> at < since);
  }
}
