package dev.larder.backup;

import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The list of what a backup has, one line for each file in the order of the archive: `sha256 size
/// path`. The writer puts it at the end of the archive; the reader makes its own of what it finds
/// and compares. It is kept in a file without a name, since a kept release has hundreds of
/// thousands of files.
final class Contents implements Closeable {
  /// Its name in the archive.
  static final String ENTRY = "larder-contents";

  private final FileChannel spool;
  private final OutputStream lines;
  private long files;
  private long bytes;

  Contents() throws IOException {
    Path file = Files.createTempFile("larder-backup", ".lines");
    try {
      spool = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      // What has no name is gone with the process, however that ends.
      Files.deleteIfExists(file);
    }
    lines = new BufferedOutputStream(Channels.newOutputStream(spool), 1 << 16);
  }

  void add(RelPath path, long size, Checksum sha256) throws IOException {
    String line = sha256.hex() + " " + size + " " + path + "\n";
    lines.write(line.getBytes(StandardCharsets.UTF_8));
    files++;
    bytes += size;
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /// How many bytes the list has.
  long size() throws IOException {
    lines.flush();
    return spool.size();
  }

  /// The list from its start. It is not added to any more.
  InputStream open() throws IOException {
    lines.flush();
    spool.position(0);
    return new BufferedInputStream(Channels.newInputStream(spool), 1 << 16);
  }

  /// Whether `other` is the same list.
  boolean equalTo(InputStream other) throws IOException {
    InputStream own = open();
    InputStream theirs = new BufferedInputStream(other, 1 << 16);
    while (true) {
      int one = own.read();
      if (one != theirs.read()) {
        return false;
      }
      if (one < 0) {
        return true;
      }
    }
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }
}
