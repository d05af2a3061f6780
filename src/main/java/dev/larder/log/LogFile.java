package dev.larder.log;

import dev.larder.clock.Ages;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file that lines are appended to. It is rotated here by size and age, and by others as they
/// like: whoever moves it away gets a new one in its place with the next line that comes a second
/// later, or at once after [#reopen()]; whoever empties it (logrotate's `copytruncate`) finds the
/// next line at its beginning, since the system appends (`O_APPEND`). Safe for use by many threads.
final class LogFile implements Closeable {
  /// How often it is looked whether the file is still where it was.
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// How long after it could not be moved away that is tried again.
  private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  /// Who asked for what is nobody's business but the operator's.
  private static final String MODE = "rw-r-----";

  private final Path path;
  private final Rotation rotation;
  private final InstantSource clock;
  private final Ages ages = new Ages();
  private final Object tidying = new Object();
  private @Nullable FileChannel channel;
  private @Nullable Object identity;
  private Instant bornAt = Instant.EPOCH;
  private Instant lookedAt = Instant.EPOCH;
  private Instant triedAt = Instant.EPOCH;
  private boolean stuck;
  private boolean torn;
  private long size;

  private LogFile(Path path, Rotation rotation, InstantSource clock) {
    this.path = path;
    this.rotation = rotation;
    this.clock = clock;
  }

  /// Opens the file, and makes it and its directory where they are missing.
  ///
  /// @throws IOException if it cannot be written
  static LogFile open(Path path, Rotation rotation, InstantSource clock) throws IOException {
    LogFile file = new LogFile(path, rotation, clock);
    file.open();
    return file;
  }

  private FileChannel open() throws IOException {
    Path directory = path.getParent();
    if (directory != null && Files.notExists(directory)) {
      Files.createDirectories(directory);
    }
    FileChannel opened =
        FileChannel.open(
            path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode(path));
    try {
      BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
      identity = is.fileKey();
      size = opened.size();
      // Where the system does not know when a file was made it says when it last changed.
      bornAt = size == 0 ? clock.instant() : is.creationTime().toInstant();
      lookedAt = clock.instant();
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    channel = opened;
    return opened;
  }

  static FileAttribute<?>[] mode(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE))
        }
        : new FileAttribute<?>[0];
  }

  /// Appends.
  ///
  /// @throws IOException if the bytes, or some of them, are lost; the next call tries again
  synchronized void write(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    Uninterrupted.run(() -> write(buffer));
  }

  private void write(ByteBuffer buffer) throws IOException {
    try {
      FileChannel out = ready();
      if (torn) {
        size += out.write(ByteBuffer.wrap(new byte[] {'\n'}));
        torn = false;
      }
      while (buffer.hasRemaining()) {
        size += out.write(buffer);
      }
    } catch (IOException e) {
      // Half a line must not be the beginning of the next.
      torn |= buffer.position() > 0 && !(e instanceof ClosedByInterruptException);
      // Looked at anew next time: the file may be fine and the disk full, or the disk gone.
      release();
      throw e;
    }
  }

  private FileChannel ready() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      return open();
    }
    Instant now = clock.instant();
    // A clock that was set back must not stop the looking.
    if (Duration.between(lookedAt, now).abs().compareTo(LOOK) >= 0) {
      lookedAt = now;
      if (isMoved()) {
        release();
        return open();
      }
      // Others may have emptied it.
      size = open.size();
    }
    if (rotation.isDue(size, bornAt, ages, now) && movedAway(now)) {
      release();
      open = open();
      Thread.ofVirtual().name("log-tidy").start(this::tidy);
    }
    return open;
  }

  /// One that cannot be renamed is written on, and a minute later it is tried again.
  private boolean movedAway(Instant now) {
    if (Duration.between(triedAt, now).abs().compareTo(TRY_AGAIN) < 0) {
      return false;
    }
    try {
      boolean moved = rotation.moveAway(path, now);
      stuck = false;
      return moved;
    } catch (IOException e) {
      triedAt = now;
      if (!stuck) {
        stuck = true;
        // Said by another thread: this one is in the middle of a line.
        Thread.ofVirtual()
            .name("log-stuck")
            .start(() ->
                LOG.warn(
                    "{} cannot be moved away and grows on, see to its directory: {}",
                    path,
                    e.toString()));
      }
      return false;
    }
  }

  /// One at a time: two would pack the same file.
  private void tidy() {
    synchronized (tidying) {
      rotation.tidyNow(path);
    }
  }

  private boolean isMoved() throws IOException {
    try {
      Object there = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return there != null && !there.equals(identity);
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /// Closes the file and opens what has its name now.
  ///
  /// @throws IOException if it cannot be opened; the next write tries again
  synchronized void reopen() throws IOException {
    release();
    open();
  }

  private void release() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    release();
  }
}
