package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Keeps the files of former generations in place while a backup reads them, which is another
/// process. It is a lock of the operating system on a file: backups share it, whoever removes takes
/// it alone or leaves the removing for later. A process that is killed holds nothing.
public final class Hold implements Closeable {
  private final FileChannel channel;

  private Hold(FileChannel channel) {
    this.channel = channel;
  }

  /// Holds everything until closed; waits for a removal that is under way.
  ///
  /// @throws IOException if this user may not read the data directory
  public static Hold take(Layout layout) throws IOException {
    make(layout);
    FileChannel channel = FileChannel.open(layout.hold(), StandardOpenOption.READ);
    try {
      FileLock lock = channel.lock(0, Long.MAX_VALUE, true);
      if (!lock.isValid()) {
        throw new IOException(layout.hold() + " cannot be locked");
      }
      return new Hold(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Makes the file, the data directory's owner's even if that is not us.
  static void make(Layout layout) throws IOException {
    Path file = layout.hold();
    if (!Files.exists(file)) {
      try {
        Durable.createPrivate(file);
        Owner.of(layout.data()).give(file);
      } catch (FileAlreadyExistsException e) {
        // Another was quicker.
      }
    }
  }

  /// The right to remove, or null while a backup reads.
  ///
  /// @throws IOException if the lock cannot be asked for
  public static @Nullable Hold toRemove(Layout layout) throws IOException {
    make(layout);
    FileChannel channel = FileChannel.open(layout.hold(), StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return new Hold(channel);
      }
    } catch (OverlappingFileLockException e) {
      // A backup in this very process.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
