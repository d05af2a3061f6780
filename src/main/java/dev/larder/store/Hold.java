package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/// Keeps the files of former generations in place while a backup reads them, which is another
/// process. It is a lock of the operating system on a file: backups share it, whoever removes takes
/// it alone or leaves the removing for later. A process that is killed holds nothing.
///
/// Such a lock is the whole process's, and is gone as soon as the process closes the file, by
/// whichever of its channels (fcntl(2)). So a process has one channel at a time, and its threads
/// settle among themselves who uses it.
public final class Hold implements Closeable {
  // Of the process, as the locks are: whoever opens the data directory twice has one of these.
  private static final ThisProcess HERE = new ThisProcess();

  private final Release release;

  private Hold(Release release) {
    this.release = release;
  }

  private interface Release {
    void run() throws IOException;
  }

  private static final class ThisProcess {
    private final ConcurrentHashMap<Path, InProcess> places = new ConcurrentHashMap<>();

    InProcess at(Path file) throws IOException {
      return places.computeIfAbsent(file.toRealPath(), _ -> new InProcess());
    }
  }

  /// What the threads of this process have to do with one file.
  private static final class InProcess {
    /// Read by those who hold, written by the one who removes.
    private final StampedLock threads = new StampedLock();

    /// Those who remove wait for each other, not for those who hold.
    private final StampedLock removing = new StampedLock();

    private @Nullable FileChannel shared;
    private int holders;

    synchronized void join(Path file) throws IOException {
      if (holders == 0) {
        shared = locked(file);
      }
      holders++;
    }

    synchronized void leave() throws IOException {
      holders--;
      FileChannel last = shared;
      if (holders == 0 && last != null) {
        shared = null;
        last.close();
      }
    }
  }

  /// Holds everything until closed; waits for a removal that is under way. On a disk that takes
  /// nothing any more, where it was never made, it holds nothing: there nothing is removed, and a
  /// backup is wanted most.
  ///
  /// @throws IOException if this user may not read the data directory
  public static Hold take(Layout layout) throws IOException {
    if (!isThere(layout)) {
      return new Hold(() -> {});
    }
    Path file = layout.hold();
    InProcess place = HERE.at(file);
    long stamp = place.threads.readLock();
    try {
      place.join(file);
    } catch (IOException | RuntimeException e) {
      place.threads.unlockRead(stamp);
      throw e;
    }
    return new Hold(() -> {
      try {
        place.leave();
      } finally {
        place.threads.unlockRead(stamp);
      }
    });
  }

  private static FileChannel locked(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      FileLock lock = channel.lock(0, Long.MAX_VALUE, true);
      if (!lock.isValid()) {
        throw new IOException(file + " cannot be locked");
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Makes the file, the data directory's owner's even if that is not us.
  ///
  /// @return whether it is there; not on a disk that is full or can only be read
  /// @throws IOException if this user may not
  static boolean isThere(Layout layout) throws IOException {
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

  /// The right to remove, or null while a backup reads. Waits for others of this process who have
  /// it.
  ///
  /// @throws IOException if the lock cannot be asked for
  public static @Nullable Hold toRemove(Layout layout) throws IOException {
    if (!isThere(layout)) {
      return new Hold(() -> {});
    }
    Path file = layout.hold();
    InProcess place = HERE.at(file);
    long turn = place.removing.writeLock();
    long stamp = place.threads.tryWriteLock();
    @Nullable FileChannel channel = null;
    try {
      channel = stamp == 0 ? null : alone(file);
    } finally {
      if (channel == null) {
        end(place, turn, stamp);
      }
    }
    if (channel == null) {
      return null;
    }
    FileChannel ours = channel;
    return new Hold(() -> {
      try {
        ours.close();
      } finally {
        end(place, turn, stamp);
      }
    });
  }

  private static void end(InProcess place, long turn, long stamp) {
    if (stamp != 0) {
      place.threads.unlockWrite(stamp);
    }
    place.removing.unlockWrite(turn);
  }

  private static @Nullable FileChannel alone(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    boolean ours = false;
    try {
      ours = channel.tryLock() != null;
    } finally {
      if (!ours) {
        channel.close();
      }
    }
    return ours ? channel : null;
  }

  @Override
  public void close() throws IOException {
    release.run();
  }
}
