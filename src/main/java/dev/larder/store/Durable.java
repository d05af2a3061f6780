package dev.larder.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Writing what cannot be fetched again so that a power cut leaves the old or the new, never half:
/// temporary file, fsync, rename, fsync of the directory.
public final class Durable {
  private static final String TEMPORARY = ".new-";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private Durable() {}

  /// Replaces the contents of `file`, creating its directories.
  public static void replace(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(directory(file));
    Path temporary = beside(file);
    try {
      write(temporary, bytes);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    syncDirectory(directory(file));
  }

  /// Replaces the contents of `file`, whose directory exists, with something that is nobody's
  /// business: no one but its owner can read the bytes, at no time (mode 0600, where the file
  /// system knows modes).
  public static void replacePrivate(Path file, byte[] bytes) throws IOException {
    Path temporary = beside(file);
    try {
      createPrivate(temporary);
      write(temporary, bytes);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    syncDirectory(directory(file));
  }

  /// Creates an empty file that no one but its owner can read or write (mode 0600, where the file
  /// system knows modes).
  ///
  /// @throws IOException also if it is there already
  public static void createPrivate(Path file) throws IOException {
    boolean modes =
        Files.getFileStore(directory(file)).supportsFileAttributeView(PosixFileAttributeView.class);
    if (modes) {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else {
      Files.createFile(file);
    }
  }

  /// Writes `file` and syncs it; the name itself is not yet durable.
  public static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /// Syncs the bytes of `file`.
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /// Makes the names in `directory` durable.
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Creates a directory with those above it that are not there, durably.
  public static void makeDirectories(Path directory) throws IOException {
    Path wanted = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(wanted)) {
      Path above = directory(wanted);
      makeDirectories(above);
      Files.createDirectories(wanted);
      syncDirectory(above);
    }
  }

  /// Syncs every directory and file below `directory`, and itself.
  public static void syncTree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isDirectory(path)) {
          syncDirectory(path);
        } else {
          sync(path);
        }
      }
    }
  }

  /// Gives `target` the bytes of `source` under a second name where the file system can, else a
  /// copy, replacing what was there in one step. Readers see the old or the new.
  public static void link(Path source, Path target) throws IOException {
    if (isLinked(source, target)) {
      return;
    }
    Files.createDirectories(directory(target));
    Path temporary = beside(target);
    try {
      try {
        Files.createLink(temporary, source);
      } catch (UnsupportedOperationException | IOException e) {
        Files.copy(source, temporary, StandardCopyOption.COPY_ATTRIBUTES);
        sync(temporary);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      // rename(2) does nothing at all when both names are links to the same file already.
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  // Nearly always nothing is there: one step instead of three.
  private static boolean isLinked(Path source, Path target) {
    try {
      Files.createLink(target, source);
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      return false; // the long way tells what is wrong, if anything is
    }
  }

  /// Puts a copy of `source` at `target` with the time `modified`, replacing what was there in one
  /// step; nothing happens if size and time are the same already. Unlike a link, the copy can be
  /// written to without harm to the source.
  public static void copy(Path source, Path target, Instant modified) throws IOException {
    FileTime time = FileTime.from(modified);
    if (Files.exists(target)
        && Files.size(target) == Files.size(source)
        && Files.getLastModifiedTime(target).equals(time)) {
      return;
    }
    Files.createDirectories(directory(target));
    Path temporary = beside(target);
    try {
      Files.copy(source, temporary);
      Files.setLastModifiedTime(temporary, time);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /// Removes `directory` with all it contains; nothing happens if it is not there.
  public static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.sorted((a, b) -> b.compareTo(a))::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // Gone already, which is what was wanted.
    }
  }

  /// Removes what a crash in the middle of [#replace] or [#link] left in `directory`, which need
  /// not exist. For the start, when nobody writes there.
  public static void recover(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Path beside(Path file) {
    String name = TEMPORARY + Long.toHexString(ThreadLocalRandom.current().nextLong());
    return directory(file).resolve(name);
  }

  private static Path directory(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no directory");
    }
    return parent;
  }
}
