package dev.larder.mirror;

import dev.larder.repo.Content;
import dev.larder.repo.Generation;
import dev.larder.repo.Member;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looking at and tidying a mirror's tree: directory listings, `larder cache ls` and `rm`.
final class Shelf {
  private final Workings workings;
  private final Layout layout;
  private final Roots roots;

  Shelf(Workings workings, Layout layout, Roots roots) {
    this.workings = workings;
    this.layout = layout;
    this.roots = roots;
  }

  /// What we hold and what the current generation names directly below `directory`.
  List<Content.Entry> list(RelPath directory) throws IOException {
    TreeMap<String, Content.Entry> entries = new TreeMap<>();
    for (Root root : roots.withGeneration()) {
      Generation current = root.current();
      if (root.directory().isBelow(directory)) {
        known(entries, directory, root.directory().resolve("_"), -1, null, true);
      } else if (current != null
          && (directory.equals(root.directory()) || directory.isBelow(root.directory()))) {
        known(entries, directory, current);
      }
    }
    Path place = layout.tree(workings.settings().name()).resolve(directory.value());
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".new-") && RelPath.orNull(name) != null) {
          held(entries, file, name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing held there; the generation may still know names.
    }
    return List.copyOf(entries.values());
  }

  private static void known(
      Map<String, Content.Entry> entries, RelPath directory, Generation current) {
    for (Member member : current.members()) {
      known(entries, directory, member.path(), member.size(), member.lastModified(), true);
      current
          .manifest(member)
          .forEachBelow(
              directory,
              (path, expected) -> known(entries, directory, path, expected.size(), null, false));
    }
  }

  private static void held(Map<String, Content.Entry> entries, Path file, String name)
      throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Instant time = attributes.lastModifiedTime().toInstant();
      entries.put(
          name,
          attributes.isDirectory()
              ? new Content.Entry(name, true, -1, null, true)
              : new Content.Entry(name, false, attributes.size(), time, true));
    } catch (NoSuchFileException e) {
      // Removed while we looked.
    }
  }

  private static void known(
      Map<String, Content.Entry> entries,
      RelPath directory,
      RelPath path,
      long size,
      @Nullable Instant lastModified,
      boolean held) {
    String prefix = directory.isRoot() ? "" : directory.value() + "/";
    if (!path.value().startsWith(prefix)) {
      return;
    }
    String rest = path.value().substring(prefix.length());
    int slash = rest.indexOf('/');
    if (slash > 0) {
      String name = rest.substring(0, slash);
      entries.putIfAbsent(name, new Content.Entry(name, true, -1, null, held));
    } else {
      entries.putIfAbsent(rest, new Content.Entry(rest, false, size, lastModified, held));
    }
  }

  /// The held files that match, sorted by path.
  List<HeldFile> held(Predicate<RelPath> wanted, @Nullable RelPath after, int limit)
      throws IOException {
    List<HeldFile> found = new ArrayList<>();
    Path tree = layout.tree(workings.settings().name());
    if (!Files.isDirectory(tree)) {
      return found;
    }
    List<RelPath> paths;
    try (Stream<Path> files = Files.walk(tree)) {
      paths =
          files
              .filter(Files::isRegularFile)
              .map(file -> RelPath.orNull(tree.relativize(file).toString()))
              .filter(Objects::nonNull)
              .filter(path -> after == null || path.compareTo(after) > 0)
              .filter(wanted)
              .sorted()
              .limit(limit)
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (RelPath path : paths) {
      describe(tree, path, found);
    }
    return found;
  }

  private void describe(Path tree, RelPath path, List<HeldFile> found) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(tree.resolve(path.value()), BasicFileAttributes.class);
      boolean index = roots.isIndex(path);
      found.add(
          new HeldFile(
              path.value(),
              attributes.size(),
              attributes.lastModifiedTime().toInstant(),
              index || workings.held().isChecked(path, attributes)));
    } catch (NoSuchFileException e) {
      // Removed while we looked.
    }
  }

  /// What is here at and below `directory`.
  KeptDirectory sum(RelPath directory) throws IOException {
    Path place = layout.file(workings.settings().name(), directory);
    LongAdder files = new LongAdder();
    LongAdder bytes = new LongAdder();
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isTemporary(file)) {
              files.increment();
              bytes.add(attributes.size());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return new KeptDirectory(directory, files.sum(), bytes.sum());
  }

  private static boolean isTemporary(Path file) {
    return file.getFileName().toString().startsWith(".new-");
  }

  /// Removes the held files that match, except what is kept and the index files.
  Removed removeUnlessKept(Predicate<RelPath> wanted) throws IOException {
    LongAdder spared = new LongAdder();
    List<HeldFile> gone =
        remove(path -> {
          boolean is = wanted.test(path);
          boolean stays = is && workings.kept().covers(path);
          spared.add(stays ? 1 : 0);
          return is && !stays;
        });
    return new Removed(gone, spared.sum());
  }

  /// Removes the held files that match, except the index files: those are copies for other web
  /// servers, and come back with the next generation only.
  private List<HeldFile> remove(Predicate<RelPath> wanted) throws IOException {
    List<HeldFile> removed = new ArrayList<>();
    for (HeldFile file : held(wanted, null, Integer.MAX_VALUE)) {
      RelPath path = new RelPath(file.path());
      if (!roots.isIndex(path)) {
        workings.held().remove(path);
        removed.add(file);
      }
    }
    return removed;
  }
}
