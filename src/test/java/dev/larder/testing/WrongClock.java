package dev.larder.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/// The clock of a process, by libfaketime: any time, which goes on at its pace, and can be set
/// while the process runs. What the kernel stamps, such as the times of files, and the clock that
/// counts from the start of the machine stay as they are.
public final class WrongClock {
  private final Path file;

  private WrongClock(Path file) {
    this.file = file;
  }

  /// A clock that is right.
  ///
  /// @param directory where it may keep a file
  public static WrongClock in(Path directory) throws IOException {
    Tools.require("faketime");
    WrongClock clock = new WrongClock(directory.resolve("faketime"));
    clock.set(Duration.ZERO);
    return clock;
  }

  /// What a process must be started with to have this clock.
  public Map<String, String> environment() throws IOException {
    return Map.of(
        "LD_PRELOAD", library().toString(),
        "FAKETIME_TIMESTAMP_FILE", file.toString(),
        "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        // Otherwise Java's waits with a limit end at once, again and again.
        "FAKETIME_FORCE_MONOTONIC_FIX", "0",
        "NO_FAKE_STAT", "1");
  }

  private static Path library() throws IOException {
    try (DirectoryStream<Path> platforms = Files.newDirectoryStream(Path.of("/usr/lib"))) {
      for (Path platform : platforms) {
        Path library = platform.resolve("faketime/libfaketimeMT.so.1");
        if (Files.exists(library)) {
          return library;
        }
      }
    }
    throw new IOException("there is no libfaketime below /usr/lib");
  }

  /// Sets it. A process sees that within a second.
  ///
  /// @param ahead of the right time; negative if it is behind
  public void set(Duration ahead) throws IOException {
    Path next = file.resolveSibling("faketime.next");
    Files.writeString(next, "%+d\n".formatted(ahead.toSeconds()));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
