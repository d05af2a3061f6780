package dev.larder.format.freebsd;

import java.util.List;
import java.util.Map;

/// Writes JSON as compactly as pkg does.
final class JsonText {
  private static final String HEX = "0123456789abcdef";

  private JsonText() {}

  /// Appends a string in quotes. It stays on one line.
  static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /// Appends `"key":` after a comma, if something is before it.
  static void key(StringBuilder out, String key) {
    if (!out.isEmpty() && out.charAt(out.length() - 1) != '{') {
      out.append(',');
    }
    string(out, key);
    out.append(':');
  }

  /// Appends an array of strings.
  static void array(StringBuilder out, List<String> texts) {
    out.append('[');
    for (int i = 0; i < texts.size(); i++) {
      out.append(i == 0 ? "" : ",");
      string(out, texts.get(i));
    }
    out.append(']');
  }

  /// Appends an object of strings.
  static void object(StringBuilder out, Map<String, String> entries) {
    out.append('{');
    entries.forEach((key, text) -> {
      key(out, key);
      string(out, text);
    });
    out.append('}');
  }
}
