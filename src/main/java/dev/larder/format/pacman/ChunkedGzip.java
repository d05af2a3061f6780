package dev.larder.format.pacman;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// One gzip member (RFC 1952) put together from [chunks][Chunk]: a header without name and time,
/// the chunks, an empty last block, and checksum and length of the whole, which follow from those
/// of the chunks.
final class ChunkedGzip {
  // Deflate, no flags, no time, no hint, made on no particular system.
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

  // RFC 1951, 3.2.6: a last block with fixed codes that holds nothing.
  private static final byte[] LAST_BLOCK = {3, 0};

  private final OutputStream out;
  private int sum;
  private long plainLength;
  private long length = HEADER.length;

  /// Begins one.
  ChunkedGzip(OutputStream out) throws IOException {
    this.out = out;
    out.write(HEADER);
  }

  /// Appends a chunk.
  void add(Chunk chunk, byte[] bytes) throws IOException {
    out.write(bytes);
    sum = Crc32.joined(sum, chunk.plainSum(), chunk.plainLength());
    plainLength += chunk.plainLength();
    length += chunk.length();
  }

  /// Where the next chunk will stand.
  long length() {
    return length;
  }

  /// Ends it.
  void finish() throws IOException {
    out.write(end());
  }

  private byte[] end() {
    ByteBuffer trailer = ByteBuffer.allocate(LAST_BLOCK.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    return trailer.put(LAST_BLOCK).putInt(sum).putInt((int) plainLength).array();
  }

  /// Where the first chunk stands.
  static long start() {
    return HEADER.length;
  }

  /// The bytes of a member of these chunks only.
  static InputStream of(List<Chunk.Made> chunks) throws IOException {
    ChunkedGzip member = new ChunkedGzip(OutputStream.nullOutputStream());
    for (Chunk.Made made : chunks) {
      member.add(made.chunk(), made.bytes());
    }
    List<InputStream> parts = new ArrayList<>();
    parts.add(new ByteArrayInputStream(HEADER));
    chunks.forEach(made -> parts.add(new ByteArrayInputStream(made.bytes())));
    parts.add(new ByteArrayInputStream(member.end()));
    return new SequenceInputStream(Collections.enumeration(parts));
  }
}
