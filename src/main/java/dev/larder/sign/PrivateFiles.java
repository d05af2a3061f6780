package dev.larder.sign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Files that nobody but their owner may read, not even for the moment in which they are made, and
/// that a power cut leaves old or new: temporary file, fsync, rename, fsync of the directory.
final class PrivateFiles {
  /// What begins the names of files and directories that are being made.
  static final String NEW = ".new-";

  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFiles() {}

  /// A name beside others that nothing has yet.
  static Path unused(Path directory, String prefix) {
    return directory.resolve(prefix + Long.toHexString(ThreadLocalRandom.current().nextLong()));
  }

  static void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
  }

  /// Replaces the contents of `file`.
  static void replace(Path file, byte[] bytes) throws IOException {
    Path directory = file.resolveSibling("");
    Path temporary = unused(directory, NEW);
    FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(FILE);
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    sync(directory);
  }

  /// Renames so that it stays renamed.
  static void move(Path source, Path target) throws IOException {
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    sync(target.resolveSibling(""));
  }

  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Removes `directory` with all it contains; nothing happens if it is not there.
  static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.sorted((a, b) -> b.compareTo(a))::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // Gone already, which is what was wanted.
    }
  }

  /// Removes what was being made or removed in `directory` when the process ended.
  ///
  /// @param prefix of the names to remove
  static void deleteLeftovers(Path directory, String prefix) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, prefix + "*")) {
      for (Path path : left) {
        deleteTree(path);
      }
    }
  }

  /// Takes the rights that others have, if a file was copied here without care.
  static void makePrivate(Path path) throws IOException {
    Set<PosixFilePermission> wanted = Files.isDirectory(path) ? DIRECTORY : FILE;
    if (!wanted.containsAll(Files.getPosixFilePermissions(path))) {
      Files.setPosixFilePermissions(path, wanted);
    }
  }
}
