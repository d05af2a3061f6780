package dev.larder.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// How the data directory that an older Larder has made becomes one of this Larder: step by step,
/// from each version of the layout to the next, so that whoever comes from the first takes all.
///
/// A kill may come at any point. So the version is written last, durably, and a step that was cut
/// off is taken again from its beginning, over what it has done already: each must come to the same
/// end then. A step knows the old layout by itself; [Layout] only knows the new one.
final class LayoutSteps {
  /// The first of them leads from version 1 to version 2.
  static final List<Step> ALL = List.of(LayoutSteps::hideKept);

  private static final String REPOSITORIES = "repo";

  private LayoutSteps() {}

  /// A change of the layout.
  @FunctionalInterface
  interface Step {
    /// Makes it, or the rest of it.
    void take(Layout layout) throws IOException;
  }

  /// Takes the steps that are left.
  ///
  /// @param version of the data directory, at least 1
  /// @param steps all there are, beginning with the one that leads to version 2
  /// @throws IOException if the disk fails; the rest is done the next time
  static void bringUp(Layout layout, int version, List<Step> steps) throws IOException {
    for (int from = version; from <= steps.size(); from++) {
      steps.get(from - 1).take(layout);
      write(layout, from + 1);
    }
  }

  /// Writes down which version the data directory has.
  static void write(Layout layout, int version) throws IOException {
    Durable.replace(layout.version(), (version + "\n").getBytes(UTF_8));
  }

  /// Version 2: the list of what a mirror keeps is `.keep`. Until then it was `keep`, among the
  /// directories of its roots, and so stood in the way of a root that is called so. The directory
  /// of a root never begins with a dot.
  private static void hideKept(Layout layout) throws IOException {
    try (DirectoryStream<Path> mirrors = Files.newDirectoryStream(layout.state())) {
      for (Path mirror : mirrors) {
        Path old = mirror.resolve("keep");
        if (!mirror.endsWith(REPOSITORIES) && Files.isRegularFile(old)) {
          hide(old, mirror.resolve(".keep"));
          Durable.syncDirectory(mirror);
        }
      }
    }
  }

  private static void hide(Path old, Path hidden) throws IOException {
    if (!Files.exists(hidden)) {
      Files.move(old, hidden, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    // A step was cut off, then an older Larder has run again and something was kept with it. What
    // one of the lists keeps may be nowhere else in the world: both count.
    Set<String> lines = new LinkedHashSet<>(Files.readAllLines(hidden));
    lines.addAll(Files.readAllLines(old));
    Durable.replace(hidden, (String.join("\n", lines) + "\n").getBytes(UTF_8));
    Files.delete(old);
  }
}
