package dev.larder.backup;

import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import dev.larder.store.Spool;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The list of what a backup has, one line for each file in the order of the archive: `sha256 size
/// path`. The writer puts it at the end of the archive; the reader makes its own of what it finds
/// and compares. It is not kept in memory, since a kept release has hundreds of thousands of files.
final class Contents implements Closeable {
  /// Its name in the archive.
  static final String ENTRY = "larder-contents";

  private final Spool lines = new Spool();
  private long files;
  private long bytes;

  Contents() throws IOException {}

  void add(RelPath path, long size, Checksum sha256) throws IOException {
    String line = sha256.hex() + " " + size + " " + path + "\n";
    lines.out().write(line.getBytes(StandardCharsets.UTF_8));
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
    return lines.size();
  }

  /// The list from its start. It is not added to any more.
  InputStream open() throws IOException {
    return lines.open();
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
    lines.close();
  }
}
