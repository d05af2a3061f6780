package dev.larder.cache;

import dev.larder.cache.FileUseTable.Row;
import dev.larder.cache.Usage.Part;
import dev.larder.cache.Walk.Extent;
import dev.larder.store.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Finds out what is really on the disk.
final class Measuring {
  private static final int PAGE = 1000;
  private static final int ATTEMPTS = 3;

  /// Begins the names of files that are being written.
  private static final String TEMPORARY = ".new-";

  private final Layout layout;
  private final FileUseTable table;
  private final long block;
  private final InstantSource clock;

  Measuring(Layout layout, FileUseTable table, long block, InstantSource clock) {
    this.layout = layout;
    this.table = table;
    this.block = block;
    this.clock = clock;
  }

  /// Whether there are rows for a mirror that has files.
  boolean isKnown(Share share) {
    if (share.files() > 0) {
      return true;
    }
    try (Stream<Path> files = Files.list(layout.tree(share.mirror()))) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return true; // it has none yet, or the measuring tells
    }
  }

  /// Makes rows and sums of a mirror agree with the disk: files may have been put there, deleted or
  /// replaced by hand, or `larder.db` may be another one.
  ///
  /// @throws IOException if the disk cannot be read
  void measure(Share share) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long removals = share.removals();
      measureOnce(share);
      if (removals == share.removals()) {
        break;
      }
      // Of a file that went while we walked nobody knows whether it was met before.
    }
    measureState(share);
  }

  private void measureOnce(Share share) throws IOException {
    share.flush();
    Instant began = clock.instant();
    long before = share.files();
    Path tree = layout.tree(share.mirror());
    List<Row> found = new ArrayList<>();
    long[] sum = new long[1];
    Walk walk = new Walk(block);
    walk.measure(
        tree,
        (file, attributes, bytes) -> {
          Instant came = changed(file, attributes);
          // What comes while we walk is counted by itself; what is yet to come was here before the
          // clock was set back.
          boolean counts = came.isBefore(began) || came.isAfter(clock.instant());
          if (!isTemporary(file) && counts) {
            sum[0] += bytes;
            add(found, new Row(share.mirror(), name(tree, file), bytes, came.getEpochSecond(), 0));
          }
        });
    for (Path aside : asides(share.mirror())) {
      walk.measure(
          aside,
          (file, attributes, bytes) -> {
            sum[0] += bytes;
            String name = Layout.asideName(aside.resolveSibling("").getFileName() + "", file);
            long came = changed(file, attributes).getEpochSecond();
            add(found, new Row(share.mirror(), name, bytes, came, 0));
          });
    }
    table.addMissing(found);
    removeVanished(share.mirror());
    share.measured(sum[0], before);
  }

  private void add(List<Row> found, Row row) {
    found.add(row);
    if (found.size() >= PAGE) {
      table.addMissing(found);
      found.clear();
    }
  }

  private static String name(Path tree, Path file) {
    return tree.relativize(file).toString();
  }

  private static boolean isTemporary(Path file) {
    return file.getFileName().toString().startsWith(TEMPORARY);
  }

  /// When a file came here; its other time is upstream's.
  private static Instant changed(Path file, BasicFileAttributes attributes) throws IOException {
    try {
      return Files.getAttribute(file, "unix:ctime") instanceof FileTime time
          ? time.toInstant()
          : attributes.lastModifiedTime().toInstant();
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return attributes.lastModifiedTime().toInstant();
    }
  }

  private void removeVanished(String mirror) {
    String last = "";
    while (true) {
      List<String> page = table.names(mirror, last, PAGE);
      List<String> gone =
          page.stream().filter(name -> Files.notExists(layout.held(mirror, name))).toList();
      if (!gone.isEmpty()) {
        table.remove(mirror, gone);
      }
      if (page.size() < PAGE) {
        return;
      }
      last = page.getLast();
    }
  }

  /// Measures what a mirror has beside the files that clients can ask for.
  ///
  /// @throws IOException if the disk cannot be read
  void measureState(Share share) throws IOException {
    Walk walk = new Walk(block);
    Extent aside = Extent.NONE;
    Extent all = walk.measure(layout.state(share.mirror()));
    for (Path directory : asides(share.mirror())) {
      aside = aside.plus(new Walk(block).measure(directory));
    }
    share.stateMeasured(all.bytes() - aside.bytes());
  }

  private List<Path> asides(String mirror) throws IOException {
    return below(layout.state(mirror), "held");
  }

  /// The directories `name` in the directories of a mirror's roots.
  private static List<Path> below(Path state, String name) throws IOException {
    if (!Files.isDirectory(state)) {
      return List.of();
    }
    try (Stream<Path> roots = Files.list(state)) {
      return roots.map(root -> root.resolve(name)).filter(Files::isDirectory).toList();
    }
  }

  /// Measures everything.
  ///
  /// @throws IOException if the disk cannot be read
  Usage usage(List<String> names) throws IOException {
    Walk walk = new Walk(block);
    Extent known = Extent.NONE;
    List<Usage.OfMirror> mirrors = new ArrayList<>();
    for (String name : names) {
      Path state = layout.state(name);
      Extent files = walk.measure(layout.tree(name));
      Extent aside = measure(walk, asides(name));
      Extent partial = measure(walk, below(state, "partial"));
      Extent quarantine = walk.measure(layout.quarantine(name));
      Extent all = new Walk(block).measure(state);
      Extent indexes = minus(all, aside.plus(partial).plus(quarantine));
      mirrors.add(
          new Usage.OfMirror(
              name, part(files), part(aside), part(indexes), part(partial), part(quarantine)));
      known = known.plus(files).plus(all);
    }
    Extent repositories =
        walk.measure(layout.tree(Layout.repositoryName("")))
            .plus(walk.measure(layout.repositories()));
    Extent database = database();
    Extent total = new Walk(block).measure(layout.data());
    Extent other = minus(total, known.plus(repositories).plus(database));
    return new Usage(mirrors, part(repositories), part(database), part(other), part(total));
  }

  private static Extent measure(Walk walk, List<Path> directories) throws IOException {
    Extent sum = Extent.NONE;
    for (Path directory : directories) {
      sum = sum.plus(walk.measure(directory));
    }
    return sum;
  }

  private Extent database() throws IOException {
    Extent sum = Extent.NONE;
    for (String ending : List.of("", "-wal", "-shm")) {
      Path file = layout.database().resolveSibling(layout.database().getFileName() + ending);
      sum = sum.plus(new Walk(block).measure(file));
    }
    return sum;
  }

  private static Extent minus(Extent whole, Extent part) {
    return new Extent(
        Math.max(0, whole.files() - part.files()), Math.max(0, whole.bytes() - part.bytes()));
  }

  private static Part part(Extent extent) {
    return new Part(extent.files(), extent.bytes());
  }
}
