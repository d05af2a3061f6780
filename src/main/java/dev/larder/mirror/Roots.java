package dev.larder.mirror;

import dev.larder.repo.Generation;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The roots of a mirror, found by any path that belongs to one. Those that have a generation are
/// there from the start and for good; others come into being when a client asks for something of
/// theirs, and are forgotten again if upstream shows no set for them. A client can make names up,
/// so the number of these is bounded.
final class Roots {
  private static final int MOST_BARREN = 1000;

  /// A name made up costs upstream one request in this time.
  private static final Duration FORGET_BARREN_AFTER = Duration.ofMinutes(2);

  /// Where there are too many.
  private static final Duration FORGET_SOONER_AFTER = Duration.ofSeconds(2);

  private final Workings workings;
  private final Maker maker;
  private final Map<RelPath, Entry> all = new ConcurrentHashMap<>();

  Roots(Workings workings, Maker maker) {
    this.workings = workings;
    this.maker = maker;
  }

  /// Makes the root of a directory.
  interface Maker {
    /// A root that has read what is on disk.
    ///
    /// @throws IOException if the disk cannot be read
    Root make(RelPath directory) throws IOException;
  }

  private record Entry(Root root, Instant askedAt) {}

  /// Opens the roots whose state lies in `state`. Run once, before anything else.
  ///
  /// @throws IOException if the disk cannot be read
  void open(Path state) throws IOException {
    List<Path> directories;
    try (Stream<Path> entries = Files.list(state)) {
      directories = entries.filter(Files::isDirectory).toList();
    }
    for (Path directory : directories) {
      RelPath root = Layout.rootNamed(directory.getFileName().toString());
      if (root != null) {
        all.put(root, new Entry(maker.make(root), workings.clock().instant()));
      }
    }
  }

  /// The root `path` belongs to; null if no further one can be made now.
  ///
  /// @throws IOException if the disk cannot be read
  @Nullable Root of(RelPath path) throws IOException {
    RelPath directory = workings.format().rootOf(path);
    Instant now = workings.clock().instant();
    Entry entry = all.get(directory);
    if (entry != null && entry.root().current() != null) {
      return entry.root();
    }
    if (entry == null && all.size() >= MOST_BARREN) {
      forgetBarren(FORGET_BARREN_AFTER);
      if (barren() >= MOST_BARREN) {
        // Somebody makes names up. Whoever asks for a real one must not suffer.
        forgetBarren(FORGET_SOONER_AFTER);
      }
      if (barren() >= MOST_BARREN) {
        return null;
      }
    }
    try {
      return all.compute(
              directory, (key, known) -> new Entry(known == null ? made(key) : known.root(), now))
          .root();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Root made(RelPath directory) {
    try {
      return maker.make(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The root `path` belongs to if there is one already.
  @Nullable Root existing(RelPath path) {
    Entry entry = all.get(workings.format().rootOf(path));
    return entry == null ? null : entry.root();
  }

  /// Whether what lies in the tree at `path` is the copy of an index of a current generation.
  boolean isIndex(RelPath path) {
    Root root = existing(path);
    Generation current = root == null ? null : root.current();
    return current != null && current.member(path) != null;
  }

  /// The generations that may name `path`, newest first.
  List<Generation> known(RelPath path) {
    Entry entry = all.get(workings.format().rootOf(path));
    return entry == null ? List.of() : entry.root().known();
  }

  /// Those that have a generation, sorted by directory.
  List<Root> withGeneration() {
    return sorted(root -> root.current() != null);
  }

  /// Those that an operator should know of, sorted by directory: they have a generation, or
  /// upstream shows a set for them that is refused.
  List<Root> worthTelling() {
    return sorted(root -> root.current() != null || root.isRefused());
  }

  private List<Root> sorted(Predicate<Root> of) {
    return all.values().stream()
        .map(Entry::root)
        .filter(of)
        .sorted(Comparator.comparing(Root::directory))
        .toList();
  }

  /// Upstream is asked before anything is called fresh again.
  void doubt() {
    all.values().forEach(entry -> entry.root().doubt());
  }

  /// Refreshes what is in use and due; forgets what came to nothing. Called every second.
  void poll() {
    for (Entry entry : all.values()) {
      entry.root().poll();
    }
    forgetBarren(FORGET_BARREN_AFTER);
  }

  private long barren() {
    return all.values().stream().filter(entry -> entry.root().isBarren()).count();
  }

  private void forgetBarren(Duration after) {
    Instant since = workings.clock().instant().minus(after);
    for (RelPath directory : all.keySet()) {
      all.computeIfPresent(
          directory,
          (key, entry) ->
              entry.root().isBarren() && entry.askedAt().isBefore(since) ? null : entry);
    }
  }
}
