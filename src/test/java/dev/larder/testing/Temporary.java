package dev.larder.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Directories with short names. A GnuPG home needs one: the path of its agent's socket must not be
/// longer than 107 bytes, and JUnit's directories are long.
public final class Temporary {
  private Temporary() {}

  /// A new directory that only we may enter.
  public static Path directory(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes `directory` with all that is in it. What vanishes meanwhile is fine: a dying gpg-agent
  /// removes its sockets.
  public static void delete(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> files = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // Gone already.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
