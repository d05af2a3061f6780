package dev.larder.mirror;

import dev.larder.clock.Ages;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    move(file, file.getFileName().toString(), now);
  }

  private void move(Path file, String as, Instant now) throws IOException {
    String name = now.getEpochSecond() + "-" + as;
    for (int other = 1; ; other++) {
      try {
        Files.move(file, directory.resolve(name));
        return;
      } catch (FileAlreadyExistsException e) {
        // Files of many directories have the same name: data.pkg.
        name = now.getEpochSecond() + "-" + other + "-" + as;
      }
    }
  }

  /// Removes what has been here for long; by a clock that is wrong, nothing. What was put aside
  /// while the clock was wrong stays for a week from now on.
  ///
  /// @throws IOException if the disk fails
  void tidy(Instant now) throws IOException {
    if (!Ages.isPlausible(now) || !Files.isDirectory(directory)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.list(directory)) {
      all = files.toList();
    }
    for (Path file : all) {
      String name = file.getFileName().toString();
      String seconds = name.replaceFirst("-.*", "");
      Instant since =
          seconds.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(seconds)) : null;
      if (since != null && !Ages.isPlausible(since)) {
        move(file, name.replaceFirst("\\d+-?", ""), now);
      } else if (since == null || since.plus(FOR).isBefore(now)) {
        Files.delete(file);
      }
    }
  }
}
