package dev.larder.format.pacman;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Writes the headers of tar archives (POSIX.1-2017, pax, "ustar Interchange Format"), always the
/// same for the same arguments: everything belongs to root.
///
/// @param modified seconds since the epoch
record TarHeader(long modified) {
  /// Whatever a member is long, its bytes are followed by zeros up to a multiple of this.
  static final int BLOCK = 512;

  private static final int NAME = 100;
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;

  /// The header of a directory.
  ///
  /// @param name with a slash at the end
  void directory(OutputStream out, String name) throws IOException {
    write(out, name, DIRECTORY_MODE, 0, '5');
  }

  /// A whole member: header, content and what fills its last block.
  void file(OutputStream out, String name, byte[] content) throws IOException {
    write(out, name, FILE_MODE, content.length, '0');
    out.write(content);
    pad(out, content.length);
  }

  /// What follows the bytes of a member.
  static void pad(OutputStream out, long size) throws IOException {
    out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
  }

  private void write(OutputStream out, String name, int mode, long size, char type)
      throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > NAME) {
      // A record counts its own length.
      int rest = " path=".length() + bytes.length + 1;
      int length = rest + String.valueOf(rest).length();
      if (String.valueOf(length).length() > String.valueOf(rest).length()) {
        length++;
      }
      byte[] path = (length + " path=" + name + "\n").getBytes(StandardCharsets.UTF_8);
      out.write(
          block("PaxHeader".getBytes(StandardCharsets.US_ASCII), FILE_MODE, path.length, 'x'));
      out.write(path);
      pad(out, path.length);
    }
    out.write(block(bytes, mode, size, type));
  }

  private byte[] block(byte[] name, int mode, long size, char type) {
    byte[] block = new byte[BLOCK];
    System.arraycopy(name, 0, block, 0, Math.min(name.length, NAME));
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, modified);
    block[156] = (byte) type;
    text(block, 257, "ustar");
    text(block, 263, "00");
    text(block, 265, "root");
    text(block, 297, "root");
    octal(block, 329, 8, 0);
    octal(block, 337, 8, 0);
    sum(block);
    return block;
  }

  /// Writes the checksum of a header into it.
  static void sum(byte[] block) {
    int sum = 8 * ' ';
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0 : block[i] & 0xff;
    }
    octal(block, 148, 7, sum);
    block[155] = ' ';
  }

  /// Writes a number into a field of a header, with a NUL at its end.
  static void octal(byte[] block, int at, int length, long value) {
    long left = value;
    for (int i = at + length - 2; i >= at; i--) {
      block[i] = (byte) ('0' + (left & 7));
      left >>>= 3;
    }
    block[at + length - 1] = 0;
    if (left != 0) {
      throw new IllegalArgumentException("does not fit into a tar header: " + value);
    }
  }

  private static void text(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
