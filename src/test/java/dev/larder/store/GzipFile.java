package dev.larder.store;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Writes gzip files with any header RFC 1952 allows, and some it does not.
final class GzipFile {
  static final int HEADER_CHECK = 2;
  static final int EXTRA = 4;
  static final int NAME = 8;
  static final int COMMENT = 16;

  private GzipFile() {}

  /// `content` packed, with the optional fields that `flags` has.
  static byte[] of(byte[] content, int flags) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(header(flags));
    file.writeBytes(deflated(content));
    CRC32 check = new CRC32();
    check.update(content);
    number(file, check.getValue(), 4);
    number(file, content.length, 4);
    return file.toByteArray();
  }

  static byte[] header(int flags) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 1, 2, 3, 4, 2, 3});
    if ((flags & EXTRA) != 0) {
      number(header, 300, 2);
      header.writeBytes(new byte[300]);
    }
    if ((flags & NAME) != 0) {
      header.writeBytes("name\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    if ((flags & COMMENT) != 0) {
      header.write(0); // an empty one
    }
    if ((flags & HEADER_CHECK) != 0) {
      CRC32 check = new CRC32();
      check.update(header.toByteArray());
      number(header, check.getValue() & 0xffff, 2);
    }
    return header.toByteArray();
  }

  private static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        packed.write(buffer, 0, deflater.deflate(buffer));
      }
      return packed.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static void number(ByteArrayOutputStream to, long number, int length) {
    for (int i = 0; i < length; i++) {
      to.write((int) (number >> (8 * i)));
    }
  }
}
