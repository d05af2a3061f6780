package dev.larder.log;

import dev.larder.clock.Ages;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// When a log file is moved away, and what becomes of those that were. They are called after the
/// moment, `larder.log.20261126T163000.123Z`, which sorts, and which no pattern like `*.log` of
/// somebody else's rotation takes for a log.
///
/// @param maxSize bytes after which a file is moved away; 0 for never
/// @param maxAge after which it is; zero for never
/// @param keep how many moved ones stay
/// @param compress whether they are packed with gzip
record Rotation(long maxSize, Duration maxAge, int keep, boolean compress) {
  /// Left to others.
  static final Rotation NEVER = new Rotation(0, Duration.ZERO, 1, false);

  private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final String STAMPED = "\\.\\d{8}T\\d{6}\\.\\d{3}Z";
  private static final String PACKED = ".gz";
  private static final String UNFINISHED = ".gz.part";

  /// Whether a file of this size and age is to be moved away. An empty one never is.
  boolean isDue(long size, Instant bornAt, Ages ages, Instant now) {
    boolean big = maxSize > 0 && size >= maxSize;
    boolean old = maxAge.isPositive() && ages.hasReached(bornAt, maxAge, now);
    return size > 0 && (big || old);
  }

  /// Moves the file away.
  ///
  /// @return false if one was moved in this very millisecond: then the next line is early enough
  /// @throws IOException if it cannot be renamed
  boolean moveAway(Path path, Instant now) throws IOException {
    Instant last = last(path);
    if (now.truncatedTo(ChronoUnit.MILLIS).equals(last)) {
      return false;
    }
    // By a clock that was set back it would seem the oldest, and be the first to be removed.
    Instant time = last != null && last.isAfter(now) ? last.plusMillis(1) : now;
    Path target = path.resolveSibling(path.getFileName() + "." + STAMP.format(time));
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  /// The time in the name of the newest one, or null if there is none.
  private static @Nullable Instant last(Path path) throws IOException {
    List<Path> moved = moved(path);
    if (moved.isEmpty()) {
      return null;
    }
    String name = moved.getLast().getFileName().toString();
    String stamp = name.substring(path.getFileName().toString().length() + 1);
    try {
      return STAMP.parse(stamp.replace(PACKED, ""), Instant::from);
    } catch (DateTimeParseException e) {
      return null; // somebody else's name: no such day
    }
  }

  /// Packs what was moved away, and removes the oldest. What fails is said and tried again after
  /// the next rotation. One caller at a time.
  void tidyNow(Path path) {
    try {
      List<Path> moved = moved(path);
      for (Path old : moved.subList(0, Math.max(0, moved.size() - keep))) {
        Files.deleteIfExists(old);
      }
      if (compress) {
        for (Path file : moved(path)) {
          if (!file.toString().endsWith(PACKED)) {
            pack(file);
          }
        }
      }
    } catch (IOException e) {
      LOG.warn("old logs beside {} are not tidied up, make room or remove some: {}", path, e);
    }
  }

  /// The oldest first.
  private static List<Path> moved(Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    Pattern ours =
        Pattern.compile(Pattern.quote(path.getFileName().toString()) + STAMPED + "(\\.gz)?");
    if (directory == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> ours.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  private static void pack(Path file) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try {
      Files.deleteIfExists(unfinished);
      Files.createFile(unfinished, LogFile.mode(unfinished));
      pack(file, unfinished);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void pack(Path file, Path unfinished) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished))) {
      in.transferTo(out);
    }
    Files.setPosixFilePermissions(unfinished, Files.getPosixFilePermissions(file));
    Files.setLastModifiedTime(unfinished, Files.getLastModifiedTime(file));
    Files.move(
        unfinished,
        file.resolveSibling(file.getFileName() + PACKED),
        StandardCopyOption.ATOMIC_MOVE);
    Files.delete(file);
  }
}
