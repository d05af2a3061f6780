package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Durable;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tree of a repository: packages at the paths clients ask for, and beside them copies of the
/// current indexes, so that any web server could serve it.
final class Shelves {
  private static final Logger LOG = LoggerFactory.getLogger(Shelves.class);

  private final Path tree;

  Shelves(Layout layout, String repository) {
    this.tree = layout.tree(Layout.repositoryName(repository));
  }

  Path file(RelPath path) {
    return tree.resolve(path.value());
  }

  /// The file of a package.
  Path file(String directory, Entry entry) {
    return tree.resolve(directory).resolve(entry.path());
  }

  /// The file of the signature beside a package.
  Path signature(String directory, Entry entry) {
    return tree.resolve(directory).resolve(entry.path() + PackageList.SIGNATURE);
  }

  /// Puts packages and their signatures in place. What lies there already has the same bytes, or is
  /// a signature that gives way. Durable when it returns.
  void place(List<Planning.Move> moves) throws IOException {
    Set<Path> directories = new HashSet<>();
    for (Planning.Move move : moves) {
      Staged.Signature signature = move.staged().signature();
      Path first = file(move.paths().getFirst());
      directories.add(made(first));
      settle(move.staged().file(), first);
      if (signature != null) {
        settle(signature.file(), beside(first));
      }
      for (RelPath path : move.paths().subList(1, move.paths().size())) {
        Path other = file(path);
        directories.add(made(other));
        Durable.link(first, other);
        if (signature != null) {
          Durable.link(beside(first), beside(other));
        }
      }
    }
    for (Path directory : directories) {
      Durable.syncDirectory(directory);
    }
  }

  private Path made(Path file) throws IOException {
    Path directory = file.resolveSibling("");
    Durable.makeDirectories(directory);
    return directory;
  }

  private static void settle(Path from, Path to) throws IOException {
    if (from.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rw-r--r--"));
    }
    // A second name, not a move: if nothing comes of it the batch is still whole.
    Durable.link(from, to);
  }

  /// Puts signatures in place of those that lie there. Durable when it returns.
  void placeSignatures(Map<RelPath, byte[]> signatures) throws IOException {
    for (Map.Entry<RelPath, byte[]> each : signatures.entrySet()) {
      Path file = file(each.getKey());
      Durable.replace(file, each.getValue());
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
    }
  }

  /// Paths of `packages` at which nothing lies.
  List<String> missing(Packages packages) {
    return packages.all().stream()
        .filter(placed -> !Files.exists(file(placed.directory(), placed.entry())))
        .map(Packages.Placed::path)
        .toList();
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + PackageList.SIGNATURE);
  }

  /// Removes packages that were put in place for nothing. What cannot be removed is no harm.
  ///
  /// @param superfluous whether nothing names a path
  void remove(List<Planning.Move> moves, Predicate<RelPath> superfluous) {
    for (Planning.Move move : moves) {
      for (RelPath path : move.paths()) {
        if (superfluous.test(path)) {
          try {
            Files.deleteIfExists(file(path));
            Files.deleteIfExists(beside(file(path)));
          } catch (IOException e) {
            LOG.debug("{}", path, e);
          }
        }
      }
    }
  }

  /// What lies directly below `directory`, sorted by name.
  List<Content.Entry> list(RelPath directory) throws IOException {
    List<Content.Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(file(directory))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".") && RelPath.orNull(name) != null) {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          entries.add(
              attributes.isDirectory()
                  ? new Content.Entry(name, true, -1, null, true)
                  : new Content.Entry(
                      name,
                      false,
                      attributes.size(),
                      attributes.lastModifiedTime().toInstant(),
                      true));
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return entries;
  }

  /// Shows the indexes of `generation` in the tree, and no longer those that only `before` had.
  /// Nothing depends on them, so they are not synced, and what fails is only told.
  void show(Generation generation, @Nullable Generation before) {
    try {
      for (Member member : generation.members()) {
        if (!isHidden(member.path())) {
          Durable.copy(generation.file(member), file(member.path()), member.lastModified());
        }
      }
      for (Member member : before == null ? List.<Member>of() : before.members()) {
        if (!isHidden(member.path()) && generation.member(member.path()) == null) {
          Files.deleteIfExists(file(member.path()));
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: the indexes there are not the current ones: {}", tree, e.getMessage());
    }
  }

  /// Whether a path is for us only: some part of it begins with a dot.
  static boolean isHidden(RelPath path) {
    return path.value().startsWith(".") || path.value().contains("/.");
  }

  /// Removes every file that no generation names.
  ///
  /// @param named paths that stay
  /// @return how many were removed
  int sweep(Set<RelPath> named) throws IOException {
    if (!Files.isDirectory(tree)) {
      return 0;
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(tree)) {
      walk.filter(Files::isRegularFile).forEach(files::add);
    }
    int removed = 0;
    for (Path file : files) {
      RelPath path = RelPath.orNull(tree.relativize(file).toString());
      if (path == null || !named.contains(path)) {
        LOG.debug("{} belongs to no generation that is held; removed", file);
        removed += Files.deleteIfExists(file) ? 1 : 0;
      }
    }
    return removed;
  }
}
