package dev.larder.format.freebsd;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What the first bytes of a file look like.
final class FirstBytes {
  private FirstBytes() {}

  /// Whether they are those of an HTML or XML page: text that begins with a tag.
  static boolean isPage(byte[] start) {
    int at = 0;
    if (start.length >= 3 && start[0] == (byte) 0xef && start[1] == (byte) 0xbb) {
      at = 3; // the mark of UTF-8
    }
    while (at < start.length && (start[at] == ' ' || isLineSpace(start[at]))) {
      at++;
    }
    if (start.length - at < 2 || start[at] != '<') {
      return false;
    }
    byte next = start[at + 1];
    boolean tag = next == '!' || next == '?' || Character.isLetter(next & 0x7f);
    // Random bytes begin like this now and then, but do not go on as text.
    return tag && isText(Arrays.copyOfRange(start, at, start.length));
  }

  /// Whether they are text, in whatever extension of ASCII, and at least one byte.
  static boolean isText(byte[] start) {
    for (byte b : start) {
      if ((b >= 0 && b < 0x20 && !isLineSpace(b)) || b == 0x7f) {
        return false;
      }
    }
    return start.length > 0;
  }

  /// Whether they begin with `magic`.
  static boolean are(byte[] start, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
    return start.length >= wanted.length
        && Arrays.equals(start, 0, wanted.length, wanted, 0, wanted.length);
  }

  private static boolean isLineSpace(byte b) {
    return b == '\n' || b == '\r' || b == '\t';
  }
}
