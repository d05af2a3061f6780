package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import java.io.IOException;
import java.io.InputStream;

/// A payload that promises nothing and whose form has changed between versions of pkg: the lists of
/// files. Only what all forms have in common is asked of it: lines of text, and not a page.
final class TextPayload {
  private static final int MAX_LINE = 1 << 20;

  private TextPayload() {}

  /// Reads `payload` to its end.
  ///
  /// @param where what is read, for messages
  /// @throws InvalidIndex if it is no text
  static void check(String where, InputStream payload) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long line = 1;
    long length = 0;
    boolean first = true;
    for (int n = payload.read(buffer); n >= 0; n = payload.read(buffer)) {
      if (first && n > 0) {
        first = false;
        if (buffer[0] == '<') {
          throw new InvalidIndex(where + ": is a page");
        }
      }
      for (int i = 0; i < n; i++) {
        length++;
        if (buffer[i] == '\n') {
          line++;
          length = 0;
        }
        if (buffer[i] == 0 || length > MAX_LINE) {
          throw new InvalidIndex(where + ": line " + line + " is no line of text");
        }
      }
    }
  }
}
