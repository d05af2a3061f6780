package dev.larder.mirror;

import dev.larder.clock.Ages;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The file of an unfinished fill. Where a checksum is promised it survives a restart: a journal
/// beside it says up to which byte it was synced, and only so much of it is trusted. The journal is
/// two lines: the offset, and upstream's Last-Modified in epoch seconds (or `-`).
final class Partial {
  private static final Duration FORGET_AFTER = Duration.ofDays(7);
  private static final String PART = ".part";
  private static final String JOURNAL = ".journal";

  private final Path part;
  private final @Nullable Path journal;
  private final FileChannel channel;
  private final long trusted;
  private final @Nullable Instant lastModified;
  private long journalled;

  private Partial(
      Path part,
      @Nullable Path journal,
      FileChannel channel,
      long trusted,
      @Nullable Instant lastModified) {
    this.part = part;
    this.journal = journal;
    this.channel = channel;
    this.trusted = trusted;
    this.lastModified = lastModified;
    this.journalled = trusted;
  }

  /// Opens the partial of `path` in `directory`, going on where an earlier one stopped if that can
  /// be trusted.
  ///
  /// @throws IOException if the disk fails
  static Partial open(Path directory, RelPath path, Promise promise) throws IOException {
    Files.createDirectories(directory);
    if (!promise.provable()) {
      String name = "new-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
      return open(directory.resolve(name + PART), null, List.of());
    }
    String name =
        Checksum.sha256((path + "\n" + promise.key()).getBytes(StandardCharsets.UTF_8))
            .hex()
            .substring(0, 40);
    Path journal = directory.resolve(name + JOURNAL);
    return open(directory.resolve(name + PART), journal, read(journal));
  }

  private static Partial open(Path part, @Nullable Path journal, List<String> lines)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      long offset = 0;
      Instant lastModified = null;
      if (lines.size() == 2) {
        offset = Math.min(number(lines.get(0)), channel.size());
        long seconds = number(lines.get(1));
        lastModified = seconds > 0 ? Instant.ofEpochSecond(seconds) : null;
      }
      channel.truncate(offset);
      return new Partial(part, journal, channel, offset, lastModified);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static List<String> read(Path journal) throws IOException {
    try {
      return Files.readAllLines(journal, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException | java.nio.charset.MalformedInputException e) {
      return List.of();
    }
  }

  private static long number(String line) {
    try {
      return Math.max(0, Long.parseLong(line));
    } catch (NumberFormatException e) {
      return 0; // torn by a power cut
    }
  }

  /// Removes what can never be gone on with, and what has waited for long; by a clock that is
  /// wrong, nothing has. What was written while the clock was wrong waits from now on. Run once at
  /// start.
  ///
  /// @throws IOException if the directory cannot be read
  static void recover(Path directory, Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Ages ages = new Ages();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries.forEach(files::add);
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      boolean orphan =
          name.endsWith(PART)
              && !Files.exists(
                  file.resolveSibling(name.substring(0, name.length() - PART.length()) + JOURNAL));
      Instant written = Files.getLastModifiedTime(file).toInstant();
      boolean old = ages.hasReached(written, FORGET_AFTER, now);
      if (orphan || old || name.startsWith(".")) {
        Files.deleteIfExists(file);
      } else if (Ages.isPlausible(now) && !Ages.isPlausible(written)) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
    }
  }

  Path file() {
    return part;
  }

  FileChannel channel() {
    return channel;
  }

  /// How many bytes from the start are there and may be built on.
  long trusted() {
    return trusted;
  }

  /// Upstream's Last-Modified when it was begun, or null.
  @Nullable Instant lastModified() {
    return lastModified;
  }

  /// Syncs the bytes up to `offset` and records that they may be trusted.
  ///
  /// @throws IOException if the disk fails
  synchronized void journal(long offset, @Nullable Instant lastModified) throws IOException {
    if (journal == null || offset <= journalled || !channel.isOpen()) {
      return;
    }
    channel.force(false);
    String seconds = lastModified == null ? "-" : Long.toString(lastModified.getEpochSecond());
    Path temporary = journal.resolveSibling("." + journal.getFileName());
    Files.writeString(temporary, offset + "\n" + seconds + "\n", StandardCharsets.US_ASCII);
    Files.move(temporary, journal, StandardCopyOption.ATOMIC_MOVE);
    journalled = offset;
  }

  /// Throws away what there is and begins again at byte 0.
  ///
  /// @throws IOException if the disk fails
  synchronized void restart() throws IOException {
    if (journal != null) {
      Files.deleteIfExists(journal);
    }
    journalled = 0;
    channel.truncate(0);
  }

  /// The bytes were moved away, or are wrong: nothing is left to go on with.
  synchronized void forget() {
    try {
      Files.deleteIfExists(part);
      if (journal != null) {
        Files.deleteIfExists(journal);
      }
      journalled = Long.MAX_VALUE;
    } catch (IOException e) {
      // A disk that does not even let us delete: recover() does it at the next start.
      journalled = Long.MAX_VALUE;
    }
  }
}
