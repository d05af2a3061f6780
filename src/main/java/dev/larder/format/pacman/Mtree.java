package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// A package's `.MTREE`: a gzip file with a line for each member, `./usr/bin/x time=1.0 size=2
/// sha256digest=…`, after `/set` lines with what most have in common (mtree(5), as libarchive
/// writes it). `pacman -Qkk` checks an installed package by it.
final class Mtree {
  /// Of the packed member, in bytes.
  static final int MAX_SIZE = 8 << 20;

  private static final String MEMBER = ".MTREE";
  private static final long MAX_UNPACKED = 128L << 20;
  private static final int MAX_LINE = 64 * 1024;
  private static final int MAX_ENTRIES = 600_000;
  private static final int MAX_WORDS = 64;
  private static final int BUFFER = 1 << 14;
  private static final Pattern BLANKS = Pattern.compile(" +");

  private Mtree() {}

  /// Takes what is stated of one member.
  interface Entries {
    /// A member.
    ///
    /// @param path without the `./` in front and without a slash at the end
    /// @param words what is stated of it, by keyword; without what `/set` says
    /// @throws InvalidPackage if that cannot be
    void entry(String path, Map<String, String> words) throws InvalidPackage;
  }

  /// Takes the lines as they are.
  interface RawLines {
    /// A line; never more than one of them is in memory.
    ///
    /// @param line its bytes as characters, without the line feed
    /// @param ended whether there was one
    void line(String line, boolean ended) throws IOException;
  }

  /// Reads a packed one.
  ///
  /// @throws InvalidPackage if it is not well-formed
  static void read(byte[] packed, Entries entries) throws InvalidPackage {
    eachLine(packed, (line, _) -> line(line, entries));
  }

  /// Reads the lines of a packed one, whatever they say.
  ///
  /// @throws InvalidPackage if it is not a gzip file of lines, or `lines` throws
  static void eachLine(byte[] packed, RawLines lines) throws InvalidPackage {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed), BUFFER)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      byte[] buffer = new byte[BUFFER];
      long unpacked = 0;
      int count = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        unpacked += n;
        int start = 0;
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n') {
            lines.line(text(line, buffer, start, i), true);
            start = i + 1;
            if (++count > MAX_ENTRIES) {
              throw fault("has more than " + MAX_ENTRIES + " lines");
            }
          }
        }
        line.write(buffer, start, n - start);
        if (unpacked > MAX_UNPACKED || line.size() > MAX_LINE) {
          throw fault("is too large when unpacked");
        }
      }
      lines.line(line.toString(StandardCharsets.ISO_8859_1), false);
    } catch (InvalidPackage e) {
      throw e;
    } catch (IOException | StackOverflowError e) {
      throw new InvalidPackage(MEMBER + ": is not a whole gzip file: " + e.getMessage(), e);
    }
  }

  /// What was read of a line before, which is forgotten, and the rest of it.
  private static String text(ByteArrayOutputStream before, byte[] buffer, int start, int end)
      throws InvalidPackage {
    if (before.size() == 0) {
      return new String(buffer, start, end - start, StandardCharsets.ISO_8859_1);
    }
    before.write(buffer, start, end - start);
    String text = before.toString(StandardCharsets.ISO_8859_1);
    before.reset();
    if (text.length() > MAX_LINE) {
      throw fault("is too large when unpacked");
    }
    return text;
  }

  private static void line(String text, Entries entries) throws InvalidPackage {
    String line = text.strip();
    if (line.isEmpty() || line.startsWith("#") || line.startsWith("/set ")) {
      return;
    }
    String[] words = BLANKS.split(line, MAX_WORDS + 1);
    if (words.length > MAX_WORDS) {
      throw fault("has a line of more than " + MAX_WORDS + " words: " + TarMembers.shown(line));
    }
    if (!words[0].equals(".") && !words[0].startsWith("./")) {
      throw fault("has a line that names no member: " + TarMembers.shown(line));
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      values.put(
          equals < 0 ? words[i] : words[i].substring(0, equals),
          equals < 0 ? "" : words[i].substring(equals + 1));
    }
    String path = unescaped(words[0].length() < 2 ? "" : words[0].substring(2));
    entries.entry(path.endsWith("/") ? path.substring(0, path.length() - 1) : path, values);
  }

  // vis(3): \040 for a byte, and \\.
  private static String unescaped(String name) throws InvalidPackage {
    byte[] bytes = new byte[name.length()];
    int length = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\') {
        if (i + 3 < name.length() && isOctal(name, i + 1)) {
          c = (char) Integer.parseInt(name.substring(i + 1, i + 4), 8);
          i += 3;
        } else if (i + 1 < name.length() && name.charAt(i + 1) == '\\') {
          i++;
        } else {
          throw fault("has a name with an escape it does not know: " + TarMembers.shown(name));
        }
      }
      bytes[length++] = (byte) c;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static boolean isOctal(String name, int from) {
    return name.charAt(from) >= '0'
        && name.charAt(from) <= '3'
        && name.substring(from + 1, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
  }

  private static InvalidPackage fault(String what) {
    return new InvalidPackage(MEMBER + ": " + what);
  }
}
