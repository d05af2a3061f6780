package dev.larder.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// A name on the disk, and the file it had when this was made.
///
/// @param path the name
/// @param key tells the file from all others; null where the file system has no such thing
public record FileName(Path path, @Nullable Object key) {
  /// The name `path` with the file it has now; one that is lost from the beginning if it has none.
  public static FileName of(Path path) {
    return new FileName(path, keyOf(path));
  }

  /// Whether it has no file any more, or another one: then the bytes take their place on the disk
  /// for those only who have them open. False where that cannot be told. Reads the disk.
  public boolean isLost() {
    try {
      Object now = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key != null && !key.equals(now);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object keyOf(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
