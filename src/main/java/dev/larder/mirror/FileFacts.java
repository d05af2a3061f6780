package dev.larder.mirror;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// What the file system says of a file.
final class FileFacts {
  private FileFacts() {}

  /// Of a regular file; null if there is none.
  static @Nullable BasicFileAttributes of(Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile() ? attributes : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (FileSystemException e) {
      // ENOTDIR: what is a directory in this path is a file in the tree.
      if (Files.exists(file)) {
        throw e;
      }
      return null;
    }
  }

  /// How many bytes a file has; 0 if there is none.
  static long size(Path file) throws IOException {
    BasicFileAttributes attributes = of(file);
    return attributes == null ? 0 : attributes.size();
  }

  /// Whether a file is still the one of `row`.
  static boolean describes(HeldFileTable.Row row, BasicFileAttributes attributes) {
    return row.size() == attributes.size()
        && row.modifiedMillis() == attributes.lastModifiedTime().toMillis();
  }
}
