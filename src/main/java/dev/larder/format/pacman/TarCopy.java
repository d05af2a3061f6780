package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Copies a tar archive block by block with other content for some of its members: owners, modes,
/// times, extended attributes and whatever else the headers say are kept, known or not.
final class TarCopy {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final int MAX_EXTENSION = 1 << 20;

  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[1 << 16];
  private long left;

  /// @param maxUnpacked how many bytes may be read
  TarCopy(InputStream in, OutputStream out, long maxUnpacked) {
    this.in = in;
    this.out = out;
    this.left = maxUnpacked;
  }

  /// Copies to the end.
  ///
  /// @param changed the new content of files by their names, which are short
  /// @throws InvalidPackage if it is not an archive, or lacks one of them
  void run(Map<String, byte[]> changed) throws IOException {
    Map<String, byte[]> missing = new HashMap<>(changed);
    byte[] header = new byte[BLOCK];
    // What stands before a member's own header and may say its name or length in its place.
    boolean extended = false;
    while (true) {
      read(header, BLOCK);
      if (isZero(header)) {
        out.write(header);
        copyRest();
        break;
      }
      long size = number(header, 124, 12);
      char type = (char) header[156];
      boolean extension = type == 'x' || type == 'X' || type == 'L' || type == 'K';
      byte[] content = extended || extension ? null : take(missing, header, type);
      if (content != null) {
        replace(header, size, content);
      } else if (extension || type == 'g') {
        copyExtension(header, size);
      } else {
        out.write(header);
        copy(padded(size));
      }
      extended = extension;
    }
    if (!missing.isEmpty()) {
      throw new InvalidPackage(
          "the package: cannot be changed, because the archive names "
              + missing.keySet()
              + " in an unusual way; build it again with a higher pkgrel");
    }
  }

  private static byte @Nullable [] take(Map<String, byte[]> missing, byte[] header, char type) {
    int end = 0;
    while (end < 100 && header[end] != 0) {
      end++;
    }
    boolean isFile = type == '0' || type == 0;
    return isFile && header[345] == 0
        ? missing.remove(new String(header, 0, end, StandardCharsets.US_ASCII))
        : null;
  }

  private void replace(byte[] header, long size, byte[] content) throws IOException {
    byte[] changed = header.clone();
    TarHeader.octal(changed, 124, 12, content.length);
    TarHeader.sum(changed);
    out.write(changed);
    out.write(content);
    TarHeader.pad(out, content.length);
    long before = padded(size);
    while (before > 0) {
      int n = (int) Math.min(before, buffer.length);
      read(buffer, n);
      before -= n;
    }
  }

  // A length stated in a pax header is not looked at by #copy: it would not find the next member.
  private void copyExtension(byte[] header, long size) throws IOException {
    if (size > MAX_EXTENSION) {
      throw damaged();
    }
    byte[] content = new byte[(int) padded(size)];
    read(content, content.length);
    String records = new String(content, 0, (int) size, StandardCharsets.ISO_8859_1);
    if (records.contains(" size=")) {
      throw new InvalidPackage(
          "the package: has a member that is too large to be given another version here; build it"
              + " again with a higher pkgrel");
    }
    out.write(header);
    out.write(content);
  }

  private void copy(long length) throws IOException {
    long rest = length;
    while (rest > 0) {
      int n = (int) Math.min(rest, buffer.length);
      read(buffer, n);
      out.write(buffer, 0, n);
      rest -= n;
    }
  }

  private void copyRest() throws IOException {
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      spend(n);
      out.write(buffer, 0, n);
    }
  }

  private void read(byte[] into, int length) throws IOException {
    if (in.readNBytes(into, 0, length) < length) {
      throw damaged();
    }
    spend(length);
  }

  private void spend(long bytes) throws InvalidPackage {
    left -= bytes;
    if (left < 0) {
      throw damaged();
    }
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static boolean isZero(byte[] block) {
    return Arrays.equals(block, new byte[BLOCK]);
  }

  // Octal with blanks or NULs around it, or, with the highest bit set, binary as GNU tar has it.
  private static long number(byte[] header, int at, int length) throws InvalidPackage {
    if (header[at] < 0) {
      long value = header[at] & 0x7f;
      for (int i = at + 1; i < at + length; i++) {
        if (value >>> 48 != 0) {
          throw damaged();
        }
        value = value << 8 | (header[i] & 0xff);
      }
      return value;
    }
    String text =
        new String(header, at, length, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
    if (!text.matches("[0-7]{0,12}")) {
      throw damaged();
    }
    return text.isEmpty() ? 0 : Long.parseLong(text, 8);
  }

  private static InvalidPackage damaged() {
    return new InvalidPackage("the package: is not a whole tar archive");
  }
}
