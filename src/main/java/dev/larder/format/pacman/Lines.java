package dev.larder.format.pacman;

import dev.larder.format.TarMembers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The lines of an archive member, in one buffer that grows to the longest line libalpm takes.
final class Lines {
  /// In bytes; longer ones make libalpm give up on a database.
  static final int MAX_LINE = 512 * 1024;

  private final TarMembers members;
  private byte[] buffer = new byte[1 << 15];
  private int start;
  private int end;
  private int following;
  private int filled;
  private boolean atEnd;

  /// Lines of whichever member `members` stands at.
  Lines(TarMembers members) {
    this.members = members;
  }

  /// Forgets the former member.
  void restart() {
    start = 0;
    end = 0;
    following = 0;
    filled = 0;
    atEnd = false;
  }

  /// Goes to the next line; false after the last one, whether or not a line feed ended it.
  ///
  /// @throws dev.larder.format.InvalidIndex if the line is too long or the archive is damaged
  boolean next() throws IOException {
    start = following;
    int scan = start;
    while (true) {
      for (; scan < filled; scan++) {
        if (buffer[scan] == '\n') {
          return found(scan, scan + 1);
        }
      }
      if (atEnd) {
        return start < filled && found(filled, filled);
      }
      scan -= start;
      fill();
    }
  }

  /// Goes to the blank line that ends a section, or the end.
  void skipSection() throws IOException {
    boolean more = next();
    while (more && !isBlank()) {
      more = next();
    }
  }

  private boolean found(int end, int following) throws IOException {
    this.end = end;
    this.following = following;
    if (end - start > MAX_LINE) {
      throw tooLong();
    }
    return true;
  }

  private void fill() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, filled - start);
    filled -= start;
    start = 0;
    if (filled == buffer.length) {
      if (filled > MAX_LINE) {
        throw tooLong();
      }
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int n = members.read(buffer, filled, buffer.length - filled);
    if (n < 0) {
      atEnd = true;
    } else {
      filled += n;
    }
  }

  private IOException tooLong() {
    return members.fault("has a line longer than " + MAX_LINE + " bytes");
  }

  /// Whether the line is empty.
  boolean isBlank() {
    return start == end;
  }

  /// Whether the line is a section's name, `%NAME%`.
  boolean isHeader() {
    return end - start > 2 && buffer[start] == '%' && buffer[end - 1] == '%';
  }

  /// The line without its end; bytes that are not UTF-8 become U+FFFD.
  String text() {
    return new String(buffer, start, end - start, StandardCharsets.UTF_8);
  }
}
