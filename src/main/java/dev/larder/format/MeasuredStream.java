package dev.larder.format;

import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;

/// Counts the bytes of a file and takes its checksums while it is read for another purpose.
public final class MeasuredStream extends FilterInputStream {
  private final Map<Algorithm, MessageDigest> digests = new EnumMap<>(Algorithm.class);
  private long size;

  /// Measures what is read from `in`.
  ///
  /// @param algorithms which checksums to take
  public MeasuredStream(InputStream in, Algorithm... algorithms) {
    super(in);
    for (Algorithm algorithm : algorithms) {
      digests.put(algorithm, algorithm.digest());
    }
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
      digests.values().forEach(digest -> digest.update(into, offset, n));
      size += n;
    }
    return n;
  }

  /// Reads what it passes over: nothing may go by unseen.
  @Override
  public long skip(long count) throws IOException {
    return Math.max(0, read(new byte[Math.clamp(count, 0, 1 << 16)]));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /// Reads what is left, and says what it was.
  public Measured finish() throws IOException {
    transferTo(OutputStream.nullOutputStream());
    Map<Algorithm, Checksum> checksums = new EnumMap<>(Algorithm.class);
    digests.forEach(
        (algorithm, digest) -> checksums.put(algorithm, Checksum.of(algorithm, digest)));
    return new Measured(size, checksums);
  }

  /// What a file is.
  ///
  /// @param size in bytes
  /// @param checksums of all of them, those that were asked for
  public record Measured(long size, Map<Algorithm, Checksum> checksums) {
    /// Takes a defensive copy.
    public Measured {
      checksums = Map.copyOf(checksums);
    }

    /// One of the checksums.
    ///
    /// @throws IllegalArgumentException if it was not asked for
    public Checksum checksum(Algorithm algorithm) {
      Checksum checksum = checksums.get(algorithm);
      if (checksum == null) {
        throw new IllegalArgumentException(algorithm + " was not taken");
      }
      return checksum;
    }
  }
}
