package dev.larder.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file without a name that is written to its end and then read from its start: for lists that
/// may be too long for memory.
public final class Spool implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final FileChannel file;
  private final OutputStream out;

  /// An empty one, in the directory for temporary files.
  ///
  /// @throws IOException if it cannot be made
  public Spool() throws IOException {
    Path path = Files.createTempFile("larder", ".spool");
    try {
      file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      // What has no name is gone with the process, however that ends.
      Files.deleteIfExists(path);
    }
    out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER);
  }

  /// Takes what is to be read later. Not to be closed.
  public OutputStream out() {
    return out;
  }

  /// How many bytes it has.
  public long size() throws IOException {
    out.flush();
    return file.size();
  }

  /// What was written, from its start. Nothing is written any more after this.
  public InputStream open() throws IOException {
    out.flush();
    file.position(0);
    return new BufferedInputStream(Channels.newInputStream(file), BUFFER);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
