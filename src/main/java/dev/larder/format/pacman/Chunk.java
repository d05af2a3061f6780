package dev.larder.format.pacman;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;

/// A piece of a gzip member that stands for itself: deflated without regard to what is before it,
/// and ended at the border of a byte with nothing left over (zlib's full flush). Such pieces can be
/// put together in any order and number.
///
/// @param key what it was made of
/// @param length in bytes, deflated
/// @param packedSum CRC-32C of the deflated bytes, by which damage to them is seen
/// @param plainLength in bytes
/// @param plainSum CRC-32 of the plain bytes, as gzip wants it
record Chunk(String key, long length, int packedSum, long plainLength, int plainSum) {
  /// Databases are read far more often than written; more than this gains a hundredth.
  static final int LEVEL = 6;

  /// A chunk with its bytes.
  ///
  /// @param chunk what it is
  /// @param bytes deflated
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Made(Chunk chunk, byte[] bytes) {}

  /// Writes what a chunk holds.
  interface Content {
    /// Writes all of it.
    void write(OutputStream out) throws IOException;
  }

  /// Makes a chunk.
  static Made make(String key, Content content) throws IOException {
    try (Making making = new Making()) {
      content.write(making);
      byte[] bytes = making.finish();
      return new Made(
          new Chunk(key, bytes.length, sumOf(bytes), making.length, (int) making.sum.getValue()),
          bytes);
    }
  }

  /// CRC-32C, which processors compute faster than memory delivers.
  static int sumOf(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, bytes.length);
    return (int) sum.getValue();
  }

  private static final class Making extends OutputStream {
    private final Deflater deflater = new Deflater(LEVEL, true);
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream(1 << 14);
    private final byte[] buffer = new byte[1 << 14];
    private final CRC32 sum = new CRC32();
    private long length;

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int count) {
      sum.update(from, offset, count);
      length += count;
      deflater.setInput(from, offset, count);
      while (!deflater.needsInput()) {
        packed.write(buffer, 0, deflater.deflate(buffer));
      }
    }

    byte[] finish() {
      int n = buffer.length;
      // A buffer that is not full says that the flush is complete.
      while (n == buffer.length) {
        n = deflater.deflate(buffer, 0, buffer.length, Deflater.FULL_FLUSH);
        packed.write(buffer, 0, n);
      }
      return packed.toByteArray();
    }

    @Override
    public void close() {
      deflater.end();
    }
  }
}
