package dev.larder.cache;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/// Measures what directories take of the disk, as du(1) does: whole blocks, directories too, and a
/// file with several names once.
final class Walk {
  private final long block;
  private final Set<Object> seen = new HashSet<>();

  /// @param block size of a block of the file system, bytes
  Walk(long block) {
    this.block = block;
  }

  /// What something takes.
  ///
  /// @param files how many files it has
  /// @param bytes on the disk
  record Extent(long files, long bytes) {
    static final Extent NONE = new Extent(0, 0);

    Extent plus(Extent other) {
      return new Extent(files + other.files, bytes + other.bytes);
    }
  }

  /// Told of each file.
  interface Visitor {
    /// A file was met.
    ///
    /// @param bytes it takes; 0 if another name of it was met before
    void file(Path file, BasicFileAttributes attributes, long bytes) throws IOException;
  }

  /// What a file of `size` bytes takes.
  static long onDisk(long size, long block) {
    return (size + block - 1) / block * block;
  }

  /// What `directory` and all in it take; nothing if it is not there.
  ///
  /// @throws IOException if the disk cannot be read
  Extent measure(Path directory) throws IOException {
    return measure(directory, (file, attributes, bytes) -> {});
  }

  /// The same, and each file is told to `visitor`.
  ///
  /// @throws IOException if the disk cannot be read
  Extent measure(Path directory, Visitor visitor) throws IOException {
    long[] sums = new long[2];
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            sums[1] += onDisk(attributes.size(), block);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              long bytes = isKnown(file, attributes) ? 0 : onDisk(attributes.size(), block);
              sums[0]++;
              sums[1] += bytes;
              visitor.file(file, attributes, bytes);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // removed while we looked, or never there
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            if (e != null && !(e instanceof NoSuchFileException)) {
              throw e;
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return new Extent(sums[0], sums[1]);
  }

  /// Whether a file was met before under another name. Only those that have several are remembered.
  private boolean isKnown(Path file, BasicFileAttributes attributes) throws IOException {
    Object key = attributes.fileKey();
    if (key == null || !hasSeveralNames(file)) {
      return false;
    }
    return !seen.add(key);
  }

  private static boolean hasSeveralNames(Path file) throws IOException {
    try {
      return Files.getAttribute(file, "unix:nlink") instanceof Integer links && links > 1;
    } catch (UnsupportedOperationException | IllegalArgumentException | NoSuchFileException e) {
      return false;
    }
  }
}
