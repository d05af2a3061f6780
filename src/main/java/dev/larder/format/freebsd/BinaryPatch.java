package dev.larder.format.freebsd;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;

/// A patch in the format of bsdiff 4.3, as bspatch reads it: 32 bytes of header, then three blocks,
/// each packed with bzip2.
///
/// | bytes | |
/// |---|---|
/// | 0 to 7 | `BSDIFF40` |
/// | 8 to 15 | packed length of the control block |
/// | 16 to 23 | packed length of the diff block |
/// | 24 to 31 | length of the new file |
///
/// The control block is triples of 8-byte numbers: so many bytes of the diff block, so many of the
/// extra block, how far to go on in the old file. The three blocks therefore vouch for each other's
/// length and bzip2 for their content, so that a damaged patch is found without the old file.
final class BinaryPatch {
  /// What every patch begins with.
  static final String MAGIC = "BSDIFF40";

  private static final int HEADER = 32;
  private static final int TRIPLE = 24;
  // bsdiff needs seventeen times the size of the old file in memory; nobody patches larger ones.
  private static final long MAX_NEW_SIZE = 1L << 30;
  // bsdiff writes triples that copy nothing now and then, so their number has no strict limit.
  private static final long SPARE_TRIPLES = 1024;
  private static final int BUFFER = 1 << 15;

  private final Source source;

  private BinaryPatch(Source source) {
    this.source = source;
  }

  /// What is wrong with a patch, as the end of a sentence that begins with its name; null if
  /// nothing is. Spends at most the time to unpack what its header promises, and never keeps it.
  ///
  /// @param bytes not closed
  /// @throws IOException if `bytes` cannot be read
  static @Nullable String faultOf(InputStream bytes) throws IOException {
    Source source = new Source(bytes);
    try {
      new BinaryPatch(source).check();
      return null;
    } catch (Damaged e) {
      return e.getMessage();
    }
  }

  private void check() throws IOException, Damaged {
    byte[] header = source.readNBytes(HEADER);
    if (header.length < HEADER || !FirstBytes.are(header, MAGIC)) {
      throw new Damaged("does not begin as a bsdiff patch does");
    }
    long controlLength = number(header, 8);
    long diffLength = number(header, 16);
    long newSize = number(header, 24);
    if (controlLength < 0 || diffLength < 0 || newSize < 0) {
      throw new Damaged("has a header with a negative length");
    }
    if (newSize > MAX_NEW_SIZE) {
      throw new Damaged("makes a file of more than " + MAX_NEW_SIZE + " bytes");
    }
    Copied copied = readControl(controlLength, newSize);
    readBlock("diff", diffLength, copied.fromDiff);
    readBlock("extra", Long.MAX_VALUE, copied.fromExtra);
  }

  private record Copied(long fromDiff, long fromExtra) {}

  private Copied readControl(long packedLength, long newSize) throws IOException, Damaged {
    Block block = new Block("control", packedLength);
    byte[] triple = new byte[TRIPLE];
    long fromDiff = 0;
    long fromExtra = 0;
    for (long count = 0; ; count++) {
      int n = block.read(triple, TRIPLE);
      if (n == 0) {
        break;
      }
      if (n < TRIPLE) {
        throw new Damaged("has a control block that ends within a triple");
      }
      long diff = number(triple, 0);
      long extra = number(triple, 8);
      // Each is at most newSize before it is added, so no sum overflows.
      if (diff < 0 || extra < 0 || diff > newSize || extra > newSize) {
        throw new Damaged("copies a number of bytes that cannot be");
      }
      fromDiff += diff;
      fromExtra += extra;
      if (fromDiff + fromExtra > newSize) {
        throw new Damaged("makes more bytes than its header says");
      }
      if (count > newSize + SPARE_TRIPLES) {
        throw new Damaged("has a control block that does not end");
      }
    }
    block.end();
    if (fromDiff + fromExtra != newSize) {
      throw new Damaged("makes fewer bytes than its header says");
    }
    return new Copied(fromDiff, fromExtra);
  }

  private void readBlock(String name, long packedLength, long unpackedLength)
      throws IOException, Damaged {
    Block block = new Block(name, packedLength);
    byte[] buffer = new byte[BUFFER];
    long count = 0;
    int n;
    do {
      n = block.read(buffer, BUFFER);
      count += n;
      if (count > unpackedLength) {
        throw new Damaged("has more bytes in its " + name + " block than are copied");
      }
    } while (n > 0);
    if (count < unpackedLength) {
      throw new Damaged("has fewer bytes in its " + name + " block than are copied");
    }
    block.end();
  }

  // Little-endian magnitude, and a sign in the highest bit.
  private static long number(byte[] bytes, int from) {
    long magnitude = bytes[from + 7] & 0x7f;
    for (int i = 6; i >= 0; i--) {
      magnitude = (magnitude << 8) | (bytes[from + i] & 0xff);
    }
    return bytes[from + 7] < 0 ? -magnitude : magnitude;
  }

  /// One of the three blocks. Whatever the unpacker throws about it leaves here as [Damaged].
  private final class Block {
    private final String name;
    private final Part packed;
    private final BZip2CompressorInputStream unpacked;

    Block(String name, long packedLength) throws IOException, Damaged {
      this.name = name;
      this.packed = new Part(source, packedLength);
      try {
        this.unpacked = new BZip2CompressorInputStream(packed, false);
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }

    /// Fills `into` unless the block ends before; returns how many bytes it has got.
    int read(byte[] into, int length) throws IOException, Damaged {
      try {
        return unpacked.readNBytes(into, 0, length);
      } catch (IOException | RuntimeException e) {
        // The unpacker indexes arrays by what it reads.
        throw damaged(e);
      }
    }

    /// After the last byte: the block must fill the length that the header gives it, the last one
    /// the file.
    void end() throws IOException, Damaged {
      boolean sized = packed.length != Long.MAX_VALUE;
      if (sized ? packed.left > 0 : source.read() >= 0) {
        throw new Damaged("has something behind its " + name + " block");
      }
    }

    private Damaged damaged(Exception e) throws IOException {
      source.rethrow();
      return new Damaged("has a damaged " + name + " block", e);
    }
  }

  /// The next bytes of the file, up to a length.
  private static final class Part extends InputStream {
    private final InputStream in;
    private final long length;
    private long left;

    Part(InputStream in, long length) {
      this.in = in;
      this.length = length;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        return -1;
      }
      int b = in.read();
      if (b >= 0) {
        left--;
      }
      return b;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0 && length > 0) {
        return -1;
      }
      int n = in.read(into, offset, (int) Math.min(length, left));
      if (n > 0) {
        left -= n;
      }
      return n;
    }
  }

  /// The given stream, read in larger pieces; remembers that reading it failed, which is not the
  /// patch's fault. Its close does nothing.
  private static final class Source extends FilterInputStream {
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private @Nullable IOException failure;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      return at < end || fill() ? buffer[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (at == end && !fill()) {
        return -1;
      }
      int n = Math.min(length, end - at);
      System.arraycopy(buffer, at, into, offset, n);
      at += n;
      return n;
    }

    private boolean fill() throws IOException {
      try {
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
      } catch (IOException e) {
        end = 0;
        failure = e;
        throw e;
      }
    }

    @Override
    public void close() {
      // not ours
    }

    void rethrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String what) {
      super(what);
    }

    Damaged(String what, Throwable cause) {
      super(what, cause);
    }
  }
}
