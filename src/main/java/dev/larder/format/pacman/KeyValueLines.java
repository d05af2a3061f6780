package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The lines `key = value` of a `.PKGINFO` or `.BUILDINFO`. Blank lines and those that begin with
/// `#` say nothing; the last one may lack its line feed. As repo-add reads them, blanks around a
/// value do not count and several within it are one.
final class KeyValueLines {
  private static final int MAX_LINES = 100_000;

  private KeyValueLines() {}

  /// Takes the lines one after another: held together, they are many times as large as their text.
  interface Lines {
    /// A line.
    ///
    /// @param key such as `pkgname`
    /// @param value may be empty
    /// @throws InvalidPackage if that cannot be
    void line(String key, String value) throws InvalidPackage;
  }

  /// Reads a whole member.
  ///
  /// @param member its name, for messages
  /// @throws InvalidPackage if it is not such a text in UTF-8
  static void read(String member, byte[] bytes, Lines lines) throws InvalidPackage {
    String text = text(member, bytes);
    int number = 0;
    for (int start = 0; start <= text.length(); ) {
      int feed = text.indexOf('\n', start);
      int end = feed < 0 ? text.length() : feed;
      if (++number > MAX_LINES) {
        throw new InvalidPackage(member + ": has more than " + MAX_LINES + " lines");
      }
      line(member, number, plain(text.substring(start, end)), lines);
      start = end + 1;
    }
  }

  private static void line(String member, int number, String line, Lines lines)
      throws InvalidPackage {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    int equals = line.indexOf('=');
    if (equals <= 0) {
      throw new InvalidPackage(
          member + ": line " + number + " is not 'key = value': " + TarMembers.shown(line));
    }
    if (line.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
      throw new InvalidPackage(
          member + ": line " + number + " has a control character: " + TarMembers.shown(line));
    }
    lines.line(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
  }

  private static String text(String member, byte[] bytes) throws InvalidPackage {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidPackage(
          member + ": is not text in UTF-8; build the package again in a UTF-8 locale", e);
    }
  }

  // Only what ASCII calls white space: repo-add in the C locale.
  private static String plain(String line) {
    StringBuilder plain = new StringBuilder(line.length());
    boolean blank = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        blank = !plain.isEmpty();
      } else {
        if (blank) {
          plain.append(' ');
          blank = false;
        }
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
