package dev.larder.log;

import java.nio.charset.StandardCharsets;

/// Text that cannot break out of its line, its field or its JSON string, whatever a client sent.
final class Escaped {
  private static final String HEX = "0123456789abcdef";

  private Escaped() {}

  /// `text`, or its beginning and `...` if it is longer than `most` characters.
  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }

  /// Appends `text` as one word: printable ASCII as it is, but `"`, `\` and all other bytes of its
  /// UTF-8 as `\x0a`. Nothing becomes `-`.
  static void word(StringBuilder to, String text) {
    if (text.isEmpty()) {
      to.append('-');
      return;
    }
    bytes(to, text, '!');
  }

  /// Appends `text` between quotation marks, escaped likewise; blanks are allowed.
  static void quoted(StringBuilder to, String text) {
    to.append('"');
    bytes(to, text, ' ');
    to.append('"');
  }

  private static void bytes(StringBuilder to, String text, char least) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= least && c < 0x7f && c != '"' && c != '\\') {
        to.append(c);
      } else if (c < 0x80) {
        hex(to, (byte) c);
      } else {
        int end = text.offsetByCodePoints(i, 1);
        for (byte b : text.substring(i, end).getBytes(StandardCharsets.UTF_8)) {
          hex(to, b);
        }
        i = end - 1;
      }
    }
  }

  private static void hex(StringBuilder to, byte b) {
    to.append("\\x").append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
  }

  /// `text` on one line: characters that would end the line, or steer a terminal, are written as
  /// `\n`, `\u001b` and so on.
  static String line(String text) {
    int i = 0;
    while (i < text.length() && !isControl(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isControl(c)) {
        control(escaped, c);
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static boolean isControl(char c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
  }

  /// Whether the character there is a surrogate without its other half.
  private static boolean isHalf(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
        : Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private static void control(StringBuilder to, char c) {
    switch (c) {
      case '\n' -> to.append("\\n");
      case '\r' -> to.append("\\r");
      case '\t' -> to.append("\\t");
      default -> {
        to.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt((c >> 8) & 0xf));
        to.append(HEX.charAt((c >> 4) & 0xf)).append(HEX.charAt(c & 0xf));
      }
    }
  }

  /// Appends `text` as a string of JSON (RFC 8259 section 7) with its quotation marks. Half a
  /// surrogate pair, which has no UTF-8, becomes U+FFFD.
  static void json(StringBuilder to, String text) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isControl(c)) {
        control(to, c);
      } else {
        if (c == '"' || c == '\\') {
          to.append('\\');
        }
        to.append(isHalf(text, i) ? '\ufffd' : c);
      }
    }
    to.append('"');
  }
}
