package dev.larder.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The data directory, opened for this process alone.
public final class DataDirectory implements Closeable {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");

  private final Layout layout;
  private final FileChannel channel;
  private final FileLock lock;
  private final int formerVersion;

  /// Held by whoever removes: [Hold] is the whole process's.
  private final ReentrantLock removing = new ReentrantLock();

  private DataDirectory(Layout layout, FileChannel channel, FileLock lock, int formerVersion) {
    this.layout = layout;
    this.channel = channel;
    this.lock = lock;
    this.formerVersion = formerVersion;
  }

  /// Creates or opens the directory and locks it. One of an older layout becomes one of this
  /// layout, which older versions of Larder refuse from then on.
  ///
  /// @throws IOException with a sentence for the operator if it cannot be used: another Larder uses
  ///   it, it was made by a newer version, it belongs to another user, it is not writable, or it
  ///   spans file systems
  public static DataDirectory open(Path data) throws IOException {
    Layout layout = new Layout(data);
    make(layout, data);
    boolean own = Ownership.check(layout);
    FileChannel channel = openLock(layout);
    try {
      // Whoever does not get it has changed nothing.
      FileLock lock = tryLock(layout, channel);
      Durable.recover(data);
      // First, since a restore brings the layout of its backup with it.
      Restored.finish(layout);
      int found = foundVersion(layout);
      make(layout, layout.tree(), layout.state(), layout.keys());
      LayoutSteps.bringUp(layout, found, LayoutSteps.ALL);
      if (own) {
        // Else it is what the operator has lent us.
        Files.setPosixFilePermissions(data, READABLE);
      }
      Files.setPosixFilePermissions(layout.tree(), READABLE);
      Files.setPosixFilePermissions(layout.state(), PRIVATE);
      Files.setPosixFilePermissions(layout.keys(), PRIVATE);
      checkOneFileSystem(layout);
      return new DataDirectory(layout, channel, lock, found);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void make(Layout layout, Path... directories) throws IOException {
    try {
      for (Path directory : directories) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new IOException(
          "the data directory %s cannot be created: %s; set data = \"...\" to a directory that is writable"
              .formatted(layout.data(), reason(e)),
          e);
    }
  }

  /// Locks a directory that is there and leaves it as it is, for somebody who puts it together.
  ///
  /// @return closing it gives the directory free
  /// @throws IOException with a sentence for the operator if another uses it or it is not writable
  public static Closeable claim(Path data) throws IOException {
    Layout layout = new Layout(data);
    FileChannel channel = openLock(layout);
    try {
      FileLock lock = tryLock(layout, channel);
      return () -> {
        lock.release();
        channel.close();
      };
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel openLock(Layout layout) throws IOException {
    try {
      return FileChannel.open(
          layout.lock(),
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "the data directory %s is not writable: %s".formatted(layout.data(), reason(e)), e);
    }
  }

  private static FileLock tryLock(Layout layout, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(
          "another larder serve%s is using %s; stop it first, or give this one its own data directory"
              .formatted(holder(layout), layout.data()));
    }
    channel.truncate(0);
    channel.write(UTF_8.encode(ProcessHandle.current().pid() + "\n"), 0);
    return lock;
  }

  /// Which process has the lock, for people; empty if it has not said so.
  private static String holder(Layout layout) throws IOException {
    String written = Files.readString(layout.lock(), UTF_8).strip();
    return written.matches("\\d{1,20}") ? " (process " + written + ")" : "";
  }

  /// The version of the layout as it is; of a directory that is new, that of this Larder.
  private static int foundVersion(Layout layout) throws IOException {
    String text;
    try {
      text = Files.readString(layout.version(), UTF_8).strip();
    } catch (NoSuchFileException e) {
      LayoutSteps.write(layout, Layout.VERSION);
      return Layout.VERSION;
    }
    int version = number(text);
    if (version > Layout.VERSION) {
      throw new IOException(
          "the data in %s has layout version %s, this larder knows version %d; run the version that made it"
              .formatted(layout.data(), text, Layout.VERSION));
    }
    return version;
  }

  /// Of what is no number that could be ours, more than ours.
  private static int number(String version) {
    return version.matches("[1-9]\\d{0,5}") ? Integer.parseInt(version) : Integer.MAX_VALUE;
  }

  /// Whether an older Larder has made what is there, and none since has opened it. To be asked
  /// without the lock, by those who only look.
  public static boolean isOlder(Layout layout) throws IOException {
    return Files.exists(layout.version())
        && number(Files.readString(layout.version(), UTF_8).strip()) < Layout.VERSION;
  }

  /// A finished fill is renamed from `state/` to `tree/`: that only works within one file system.
  private static void checkOneFileSystem(Layout layout) throws IOException {
    if (!Files.getFileStore(layout.tree()).equals(Files.getFileStore(layout.state()))) {
      throw new IOException(
          "%s and %s lie on different file systems; they must lie on one"
              .formatted(layout.tree(), layout.state()));
    }
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
  }

  /// Where everything lies.
  public Layout layout() {
    return layout;
  }

  /// The version of the layout that was found, before it became [Layout#VERSION].
  public int formerVersion() {
    return formerVersion;
  }

  /// The right to remove files of former generations until it is closed, or null while a backup
  /// reads. Waits for others who have it; to be closed by the thread that asked.
  ///
  /// @throws IOException if it cannot be asked for
  public @Nullable Closeable toRemove() throws IOException {
    removing.lock();
    Hold alone = null;
    try {
      alone = Hold.alone(layout);
    } finally {
      if (alone == null) {
        removing.unlock();
      }
    }
    return alone == null ? null : release(alone);
  }

  private Closeable release(Hold alone) {
    return () -> {
      try {
        alone.close();
      } finally {
        removing.unlock();
      }
    };
  }

  /// Gives the directory free for another process.
  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
