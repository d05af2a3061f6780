package dev.larder;

import dev.larder.store.Durable;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A backup that is being written: `.NAME.partial` beside the file it will be, locked, so that two
/// that are told to write the same file do not write into each other's.
final class PartialBackup implements Closeable {
  private static final int ATTEMPTS = 20;

  private final Path target;
  private final Path file;
  private final FileChannel channel;
  private boolean complete;

  private PartialBackup(Path target, Path file, FileChannel channel) {
    this.target = target;
    this.file = file;
    this.channel = channel;
  }

  /// Another backup is writing to the file.
  static final class Taken extends IOException {
    private static final long serialVersionUID = 1;

    Taken(Path target) {
      super("another backup is writing to " + target);
    }
  }

  /// Begins one, with mode 0600. What a backup that was killed has left is removed.
  ///
  /// @throws Taken if another is at it
  /// @throws IOException if it cannot be made
  static PartialBackup of(Path target) throws IOException {
    Path file = target.resolveSibling("." + target.getFileName() + ".partial");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        Durable.createPrivate(file);
      } catch (FileAlreadyExistsException e) {
        removeLeftover(target, file);
        continue;
      }
      FileChannel channel = locked(target, file);
      if (channel != null) {
        return new PartialBackup(target, file, channel);
      }
    }
    throw new Taken(target);
  }

  private static void removeLeftover(Path target, Path file) throws IOException {
    try (FileChannel channel = locked(target, file)) {
      if (channel != null) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Null if the name does not mean this file any more.
  private static @Nullable FileChannel locked(Path target, Path file) throws IOException {
    FileChannel channel;
    Object identity;
    try {
      identity = identity(file);
      channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean ours = false;
    try {
      if (channel.tryLock() == null) {
        throw new Taken(target);
      }
      ours = Objects.equals(identity, identity(file));
    } catch (OverlappingFileLockException e) {
      throw new Taken(target);
    } catch (NoSuchFileException e) {
      ours = false;
    } finally {
      if (!ours) {
        channel.close();
      }
    }
    return ours ? channel : null;
  }

  private static @Nullable Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /// Where its bytes go. Closing it leaves the file locked.
  OutputStream output() {
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }

  /// Makes it the backup, durably: what was there is replaced.
  ///
  /// @throws IOException if the disk fails
  void complete() throws IOException {
    channel.force(true);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    complete = true;
    Durable.syncDirectory(target.toAbsolutePath().resolveSibling(""));
  }

  /// Removes it, if it is not complete.
  @Override
  public void close() throws IOException {
    try (channel) {
      if (!complete) {
        Files.deleteIfExists(file);
      }
    }
  }
}
