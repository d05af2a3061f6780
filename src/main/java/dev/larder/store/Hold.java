package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Keeps the files of former generations in place while a backup reads them, which is another
/// process than the one that serves. It is a lock of the operating system on a file: backups share
/// it, whoever removes takes it alone or leaves the removing for later ([DataDirectory#toRemove]).
/// A process that is killed holds nothing.
///
/// Such a lock is the whole process's, and is gone as soon as the process closes the file, by
/// whichever of its channels (fcntl(2)). So a process has one at a time.
public final class Hold implements Closeable {
  /// Null where there is no file to lock.
  private final @Nullable FileChannel channel;

  private Hold(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /// Holds everything until closed; waits for a removal that is under way. On a disk that takes
  /// nothing any more, where it was never made, it holds nothing: there nothing is removed, and a
  /// backup is wanted most.
  ///
  /// @throws IOException if this user may not read the data directory
  public static Hold take(Layout layout) throws IOException {
    if (!isThere(layout)) {
      return new Hold(null);
    }
    FileChannel channel = FileChannel.open(layout.hold(), StandardOpenOption.READ);
    try {
      if (!channel.lock(0, Long.MAX_VALUE, true).isValid()) {
        throw new IOException(layout.hold() + " cannot be locked");
      }
      return new Hold(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Keeps everybody else from holding until closed; null while one does.
  ///
  /// @throws IOException if the lock cannot be asked for
  static @Nullable Hold alone(Layout layout) throws IOException {
    if (!isThere(layout)) {
      return new Hold(null);
    }
    FileChannel channel = FileChannel.open(layout.hold(), StandardOpenOption.WRITE);
    boolean ours = false;
    try {
      ours = channel.tryLock() != null;
    } finally {
      if (!ours) {
        channel.close();
      }
    }
    return ours ? new Hold(channel) : null;
  }

  /// Makes the file, the data directory's owner's even if that is not us.
  ///
  /// @return whether it is there; not on a disk that is full or can only be read
  /// @throws IOException if this user may not
  private static boolean isThere(Layout layout) throws IOException {
    Path file = layout.hold();
    if (!Files.exists(file)) {
      try {
        Durable.createPrivate(file);
        Owner.of(layout.data().toRealPath()).give(file);
      } catch (FileAlreadyExistsException e) {
        return true; // another was quicker
      } catch (AccessDeniedException e) {
        throw e;
      } catch (FileSystemException e) {
        return Files.exists(file);
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
