package dev.larder.backup;

import dev.larder.store.DataDirectory;
import dev.larder.store.Durable;
import dev.larder.store.Layout;
import dev.larder.store.Owner;
import dev.larder.store.RelPath;
import dev.larder.store.Restored;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Puts an empty data directory together from a backup. Nothing of it is to be seen before all of
/// it was read, compared with its checksums, and is on the disk.
public final class Restore {
  private final Path data;

  /// A restore.
  ///
  /// @param data the data directory; made if it is not there
  public Restore(Path data) {
    this.data = data;
  }

  /// The data directory is in use, or has something in it.
  public static final class Occupied extends IOException {
    private static final long serialVersionUID = 1;

    Occupied(String message) {
      super(message);
    }
  }

  /// Restores.
  ///
  /// @param in the backup
  /// @return what was restored
  /// @throws Occupied if the directory is not empty
  /// @throws DamagedBackup if the backup is not to be used
  /// @throws IOException if the disk fails or this user may not write there
  public BackupReader.Outcome from(InputStream in) throws IOException {
    Layout layout = new Layout(data);
    Deque<Path> made = new ArrayDeque<>();
    boolean done = false;
    try {
      make(data, made);
      refuseOccupied(layout);
      if (!Files.exists(layout.lock())) {
        made.push(layout.lock());
      }
      try (Closeable _ = DataDirectory.claim(data)) {
        Restored.finish(layout);
        refuseOccupied(layout);
        BackupReader.Outcome outcome = fill(layout, in);
        done = true;
        return outcome;
      }
    } finally {
      while (!done && !made.isEmpty()) {
        Files.deleteIfExists(made.pop());
      }
    }
  }

  /// Makes a directory with those above it, and remembers which were not there.
  private static void make(Path directory, Deque<Path> made) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path above = directory.getParent();
      if (above != null) {
        make(above, made);
      }
      Files.createDirectory(directory);
      made.push(directory);
    }
  }

  private static void refuseOccupied(Layout layout) throws IOException {
    List<String> there = Restored.occupants(layout);
    if (!there.isEmpty()) {
      throw new Occupied(
          "%s is not empty (%s): a backup is only restored into an empty data directory"
              .formatted(
                  layout.data(), String.join(", ", there.subList(0, Math.min(3, there.size())))));
    }
  }

  private BackupReader.Outcome fill(Layout layout, InputStream in) throws IOException {
    Path draft = Restored.draft(layout);
    try {
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwx------"));
      BackupReader.Outcome outcome = BackupReader.read(in, new Extraction(draft));
      byte[] version = (outcome.about().layout() + "\n").getBytes(StandardCharsets.UTF_8);
      Durable.write(draft.resolve(layout.version().getFileName()), version);
      give(draft, layout, outcome.about());
      Restored.accept(layout, draft);
      return outcome;
    } finally {
      Durable.deleteTree(draft);
    }
  }

  /// What root restores is to be its user's.
  private void give(Path draft, Layout layout, About about) throws IOException {
    Owner us = Owner.of(draft);
    Owner theirs = Owner.of(data);
    if (us.equals(theirs) && us.name().equals("root") && !about.owner().equals("root")) {
      Owner named = Owner.named(data, about.owner());
      theirs = named == null ? theirs : named;
      theirs.give(data);
    }
    if (!us.equals(theirs)) {
      try (Stream<Path> files = Files.walk(draft)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          theirs.give(file);
        }
      }
      theirs.give(layout.lock());
    }
  }

  /// Writes the files of the data directory.
  private static final class Extraction implements BackupReader.Visitor {
    private final Path draft;
    private @Nullable Path last;

    Extraction(Path draft) {
      this.draft = draft;
    }

    @Override
    public void begins(About about) {
      // Whatever it was made of.
    }

    @Override
    public void file(RelPath path, long size, FileTime modified, InputStream bytes)
        throws IOException {
      if (!path.value().startsWith(Place.DATA)) {
        return;
      }
      boolean isPublic = path.value().startsWith(Place.TREE);
      Path target = draft.resolve(path.value().substring(Place.DATA.length()));
      directory(target.resolveSibling(""), isPublic);
      try {
        if (isPublic) {
          Files.createFile(
              target,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        } else {
          Durable.createPrivate(target);
        }
        try (var out = Files.newOutputStream(target)) {
          bytes.transferTo(out);
        }
        Files.setLastModifiedTime(target, modified);
      } catch (FileAlreadyExistsException | NotDirectoryException e) {
        throw new DamagedBackup("it has " + path + " twice; nothing of it is taken", e);
      } catch (FileSystemException e) {
        throw new IOException("%s cannot be written: %s".formatted(target, e.getReason()), e);
      }
    }

    private void directory(Path directory, boolean isPublic) throws IOException {
      if (directory.equals(last)) {
        return;
      }
      String modes = isPublic ? "rwxr-xr-x" : "rwx------";
      Deque<Path> missing = new ArrayDeque<>();
      for (Path each = directory; !Files.exists(each); each = each.resolveSibling("")) {
        missing.push(each);
      }
      for (Path each : missing) {
        // Not by an attribute of the creation, which the umask would narrow.
        Files.createDirectory(each);
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(modes));
      }
      last = directory;
    }
  }
}
