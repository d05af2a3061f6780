package dev.larder.mirror;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/// Damaged files that were put aside, so that somebody can find out what damaged them. Their names
/// begin with the time, and they stay for a week.
///
/// @param directory where they lie; need not exist
record Quarantine(Path directory) {
  private static final Duration FOR = Duration.ofDays(7);

  /// Puts `file` aside.
  ///
  /// @throws IOException if the disk fails
  void take(Path file, Instant now) throws IOException {
    Files.createDirectories(directory);
    String name = now.getEpochSecond() + "-" + file.getFileName();
    for (int other = 1; ; other++) {
      try {
        Files.move(file, directory.resolve(name));
        return;
      } catch (FileAlreadyExistsException e) {
        // Files of many directories have the same name: data.pkg.
        name = now.getEpochSecond() + "-" + other + "-" + file.getFileName();
      }
    }
  }

  /// Removes what has been here for long.
  ///
  /// @throws IOException if the disk fails
  void tidy(Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String since = file.getFileName().toString().replaceFirst("-.*", "");
        if (!since.matches("\\d{1,12}")
            || Instant.ofEpochSecond(Long.parseLong(since)).plus(FOR).isBefore(now)) {
          Files.delete(file);
        }
      }
    }
  }
}
