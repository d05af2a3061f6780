package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The lines `key = value` of a `.PKGINFO` or `.BUILDINFO`. Blank lines and those that begin with
/// `#` say nothing; the last one may lack its line feed. As repo-add reads them, blanks around a
/// value do not count and several within it are one.
///
/// @param key such as `pkgname`
/// @param value may be empty
record KeyValueLines(String key, String value) {
  /// Reads a whole member.
  ///
  /// @param member its name, for messages
  /// @throws InvalidPackage if it is not such a text in UTF-8
  static List<KeyValueLines> read(String member, byte[] bytes) throws InvalidPackage {
    List<KeyValueLines> lines = new ArrayList<>();
    int number = 0;
    for (String raw : text(member, bytes).split("\n", -1)) {
      number++;
      String line = plain(raw);
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
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
      lines.add(
          new KeyValueLines(line.substring(0, equals).strip(), line.substring(equals + 1).strip()));
    }
    return lines;
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
