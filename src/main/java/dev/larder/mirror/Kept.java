package dev.larder.mirror;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.store.Durable;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// The directories of a mirror's tree that an operator wants kept: nothing removes files below them
/// to tidy up. A release that upstream has dropped at its end of life cannot be fetched again, so
/// this is written down durably: one path a line, for people to read and edit while Larder is down.
final class Kept {
  private final Path file;
  // Replaced as a whole, so that whoever tidies reads without a lock.
  private volatile List<RelPath> directories;

  private Kept(Path file, List<RelPath> directories) {
    this.file = file;
    this.directories = directories;
  }

  /// Reads the file; one that is not there keeps nothing.
  ///
  /// @throws IOException if it cannot be read, or has a line that is no path: to go on without it
  ///   could lose what it means to keep
  static Kept open(Path file) throws IOException {
    if (Files.exists(file)) {
      Durable.recover(file.resolveSibling(""));
    }
    return new Kept(file, read(file));
  }

  /// Reads what the file says, sorted, and changes nothing.
  static List<RelPath> read(Path file) throws IOException {
    TreeSet<RelPath> paths = new TreeSet<>();
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        RelPath path = RelPath.orNull(line);
        if (path == null) {
          throw new IOException(
              "%s, line %d: not a path below the mirror; correct the line or remove it"
                  .formatted(file, i + 1));
        }
        if (!path.isRoot()) {
          paths.add(path);
        }
      }
    }
    return List.copyOf(paths);
  }

  /// In the order of their paths.
  List<RelPath> directories() {
    return directories;
  }

  /// Whether `path` is one of them or lies below one.
  boolean covers(RelPath path) {
    return directories.stream().anyMatch(directory -> isIn(path, directory));
  }

  private static boolean isIn(RelPath path, RelPath directory) {
    return path.equals(directory) || path.value().startsWith(directory.value() + "/");
  }

  /// Keeps `directory` from now on, whether anything of it is here or not.
  ///
  /// @throws IllegalArgumentException if it is the root of the mirror
  /// @throws IOException if it cannot be written down; it is not kept then
  synchronized void keep(RelPath directory) throws IOException {
    if (directory.isRoot()) {
      throw new IllegalArgumentException("a mirror is not kept as a whole");
    }
    TreeSet<RelPath> next = new TreeSet<>(directories);
    if (next.add(directory)) {
      write(next);
    }
  }

  /// No longer keeps `directory`.
  ///
  /// @return whether it was one of them; one that lies below another is kept by that
  /// @throws IOException if it cannot be written down; it is still kept then
  synchronized boolean letGo(RelPath directory) throws IOException {
    TreeSet<RelPath> next = new TreeSet<>(directories);
    boolean was = next.remove(directory);
    if (was) {
      write(next);
    }
    return was;
  }

  private void write(SortedSet<RelPath> next) throws IOException {
    StringBuilder text = new StringBuilder();
    next.forEach(path -> text.append(path).append('\n'));
    Durable.replace(file, text.toString().getBytes(UTF_8));
    directories = List.copyOf(next);
  }
}
