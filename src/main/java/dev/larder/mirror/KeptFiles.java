package dev.larder.mirror;

import dev.larder.store.Layout;
import dev.larder.store.Layout.RootLayout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The files of a mirror that upstream may not have any more: those below the directories that are
/// kept, and the indexes they are checked by. Found without the server.
///
/// @param directories what is kept, sorted
/// @param trees the directories that are kept, absolute: all files below them. They are not listed
///   here, since a release of FreeBSD has hundreds of thousands
/// @param stored files of indexes, absolute
/// @param captured what was read, by its file
public record KeptFiles(
    List<RelPath> directories, List<Path> trees, List<Path> stored, Map<Path, byte[]> captured) {
  /// Takes defensive copies.
  public KeptFiles {
    directories = List.copyOf(directories);
    trees = List.copyOf(trees);
    stored = List.copyOf(stored);
    captured = new LinkedHashMap<>(captured);
  }

  /// Names of the mirrors that keep something in a data directory, configured or not.
  public static List<String> mirrors(Layout layout) throws IOException {
    if (!Files.isDirectory(layout.state())) {
      return List.of();
    }
    try (Stream<Path> directories = Files.list(layout.state())) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(name -> Files.isRegularFile(layout.keep(name)))
          .sorted()
          .toList();
    }
  }

  /// Finds those of `mirror`.
  ///
  /// @param files also the files below the directories, not only what they are called
  /// @throws IOException if they cannot be read
  public static KeptFiles of(Layout layout, String mirror, boolean files) throws IOException {
    Path list = layout.keep(mirror);
    List<RelPath> kept = Kept.read(list);
    List<Path> trees = new ArrayList<>();
    List<Path> stored = new ArrayList<>();
    Map<Path, byte[]> captured = new LinkedHashMap<>();
    captured.put(list, Files.readAllBytes(list));
    if (files) {
      for (RelPath directory : kept) {
        boolean again = kept.stream().anyMatch(directory::isBelow);
        if (!again) {
          trees.add(layout.file(mirror, directory));
        }
      }
      for (RelPath root : roots(layout, mirror)) {
        boolean theirs =
            kept.stream()
                .anyMatch(each -> each.equals(root) || each.isBelow(root) || root.isBelow(each));
        if (theirs) {
          indexes(layout.root(mirror, root), stored, captured);
        }
      }
    }
    return new KeptFiles(kept, trees, stored, captured);
  }

  private static List<RelPath> roots(Layout layout, String mirror) throws IOException {
    List<RelPath> roots = new ArrayList<>();
    try (Stream<Path> directories = Files.list(layout.state(mirror))) {
      for (Path directory : (Iterable<Path>) directories.sorted()::iterator) {
        RelPath root = Layout.rootNamed(directory.getFileName().toString());
        if (root != null && Files.isDirectory(directory)) {
          roots.add(root);
        }
      }
    }
    return roots;
  }

  private static void indexes(RootLayout root, List<Path> stored, Map<Path, byte[]> captured)
      throws IOException {
    try {
      byte[] pointer = Files.readAllBytes(root.current());
      String number = new String(pointer, StandardCharsets.UTF_8).strip();
      stored.addAll(below(root.generations().resolve(number)));
      captured.put(root.current(), pointer);
    } catch (NoSuchFileException e) {
      // It has fills only.
    }
  }

  private static List<Path> below(Path place) throws IOException {
    if (!Files.exists(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(place)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith(".new-"))
          .sorted()
          .toList();
    }
  }
}
