package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// How pkg writes descriptions and paths into manifests (`pkg_manifest.c`): a byte that is not
/// ASCII, and `%` itself, as `%` and two digits.
final class PercentCode {
  private static final String HEX = "0123456789abcdef";

  private PercentCode() {}

  /// Encodes `plain`.
  static String encode(String plain) {
    StringBuilder out = new StringBuilder(plain.length() + 16);
    for (byte b : plain.getBytes(UTF_8)) {
      if (b < 0 || b == '%') {
        out.append('%').append(HEX.charAt((b & 0xff) >> 4)).append(HEX.charAt(b & 15));
      } else {
        out.append((char) b);
      }
    }
    return out.toString();
  }

  /// Decodes what [#encode] made. A `%` that begins no code stands for itself.
  static String decode(String coded) {
    if (coded.indexOf('%') < 0) {
      return coded;
    }
    byte[] bytes = coded.getBytes(UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      if (low < 0) {
        out.write(bytes[i]);
      } else {
        out.write(high << 4 | low);
        i += 2;
      }
    }
    return out.toString(UTF_8);
  }
}
