package dev.larder.format.pacman;

import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/// Counts the bytes of a file and takes its checksums while it is read for another purpose.
final class MeasuredStream extends FilterInputStream {
  private final MessageDigest sha256 = Algorithm.SHA256.digest();
  private final MessageDigest md5 = Algorithm.MD5.digest();
  private long count;

  MeasuredStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int n = in.read(into, offset, length);
    if (n > 0) {
      sha256.update(into, offset, n);
      md5.update(into, offset, n);
      count += n;
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    throw new IOException("measured bytes are not skipped");
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /// Reads what is left, and says what it was.
  Measured finish() throws IOException {
    transferTo(OutputStream.nullOutputStream());
    return new Measured(
        count, Checksum.of(Algorithm.SHA256, sha256), Checksum.of(Algorithm.MD5, md5));
  }

  /// What a file is.
  ///
  /// @param size in bytes
  /// @param sha256 of all of them
  /// @param md5 for databases as repo-add 6.0 writes them
  record Measured(long size, Checksum sha256, Checksum md5) {}
}
