package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/// A complete file, opened once and shared by everybody who sends it. Counted: whoever holds it
/// calls [#retain()] for each further user and [#close()] once per use; the last close closes the
/// descriptor. The name may meanwhile be removed or replaced; the bytes stay.
public final class OpenFile implements Closeable {
  private final FileChannel channel;
  private final long size;
  private final FileName name;
  private final AtomicInteger users = new AtomicInteger(1);

  private OpenFile(FileChannel channel, long size, FileName name) {
    this.channel = channel;
    this.size = size;
    this.name = name;
  }

  /// Opens `path` for one user.
  ///
  /// @throws IOException if there is no such file or it cannot be read
  public static OpenFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new OpenFile(channel, channel.size(), FileName.of(path));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// The bytes; only for positional reads and transfers.
  public FileChannel channel() {
    return channel;
  }

  /// Length in bytes when it was opened.
  public long size() {
    return size;
  }

  /// The name it was opened by.
  public FileName name() {
    return name;
  }

  /// Adds a user; false if the last one has closed it meanwhile, and then it must not be used.
  public boolean retain() {
    while (true) {
      int n = users.get();
      if (n == 0) {
        return false;
      }
      if (users.compareAndSet(n, n + 1)) {
        return true;
      }
    }
  }

  /// Ends one use.
  @Override
  public void close() {
    if (users.decrementAndGet() == 0) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
