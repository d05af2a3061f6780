package dev.larder.format.freebsd;

import org.jspecify.annotations.Nullable;

/// pkg's base32 (`pkg_checksum.c`): the letters of z-base-32, but the bits are taken from the low
/// end of each byte, so that no other base32 decodes it. No padding; the bits that are left over in
/// the last letter are 0.
final class Base32 {
  static final String LETTERS = "ybndrfg8ejkmcpqxot1uwisza345h769";

  private Base32() {}

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int count = 0;
    for (byte b : bytes) {
      bits |= (b & 0xff) << count;
      count += 8;
      while (count >= 5) {
        text.append(LETTERS.charAt(bits & 31));
        bits >>>= 5;
        count -= 5;
      }
    }
    if (count > 0) {
      text.append(LETTERS.charAt(bits & 31));
    }
    return text.toString();
  }

  /// The `length` bytes of which `text` is the only form; null if it is of none.
  static byte @Nullable [] decode(String text, int length) {
    if (text.length() != (length * 8 + 4) / 5) {
      return null;
    }
    byte[] bytes = new byte[length];
    for (int i = 0; i < text.length(); i++) {
      int value = LETTERS.indexOf(text.charAt(i));
      if (value < 0) {
        return null;
      }
      for (int bit = 0; bit < 5; bit++) {
        if ((value >>> bit & 1) == 1) {
          int position = i * 5 + bit;
          if (position >= length * 8) {
            return null;
          }
          bytes[position / 8] |= (byte) (1 << position % 8);
        }
      }
    }
    return bytes;
  }
}
