package dev.larder.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// A data directory that is put together from a backup. What is read lies in `.restoring-<random>`;
/// when all of it was found right and is on the disk, that becomes `restored` in one step, and from
/// then on the restore has happened: what remains is to move each part of it up, which whoever
/// comes next does if a kill came between. It lies in the data directory itself, since that may be
/// a file system of its own, or the only place its user can write to.
public final class Restored {
  private static final String DRAFT = ".restoring-";

  private Restored() {}

  /// A new directory to put the files in.
  public static Path draft(Layout layout) throws IOException {
    String name = DRAFT + Long.toHexString(ThreadLocalRandom.current().nextLong());
    return Files.createDirectory(layout.data().resolve(name));
  }

  /// What a data directory has in it; what a restore left, and what an empty file system has, does
  /// not count.
  ///
  /// @return names; empty if there is nothing
  public static List<String> occupants(Layout layout) throws IOException {
    if (!Files.exists(layout.data())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(layout.data())) {
      return files
          .filter(file -> !file.equals(layout.lock()) && !file.equals(layout.hold()))
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.startsWith(DRAFT) && !name.equals("lost+found"))
          .sorted()
          .toList();
    }
  }

  /// Makes a draft the data directory.
  ///
  /// @throws IOException if the disk fails; either nothing has happened, or [#finish] does the rest
  public static void accept(Layout layout, Path draft) throws IOException {
    Durable.syncTree(draft);
    Files.move(draft, layout.restored(), StandardCopyOption.ATOMIC_MOVE);
    Durable.syncDirectory(layout.data());
    finish(layout);
  }

  /// Does the rest of a restore that was cut off, and removes what one left that came to nothing.
  /// For whoever holds the data directory's lock.
  public static void finish(Layout layout) throws IOException {
    Path restored = layout.restored();
    if (Files.isDirectory(restored)) {
      for (Path part : listed(restored, "*")) {
        // A directory that is there and empty gives way.
        Files.move(part, layout.data().resolve(part.getFileName()), StandardCopyOption.ATOMIC_MOVE);
      }
      Durable.syncDirectory(layout.data());
      Files.delete(restored);
    }
    for (Path draft : listed(layout.data(), DRAFT + "*")) {
      Durable.deleteTree(draft);
    }
  }

  private static List<Path> listed(Path directory, String names) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, names)) {
      paths.forEach(found::add);
    }
    return found;
  }
}
