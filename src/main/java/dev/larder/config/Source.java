package dev.larder.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlPosition;

/// The text of a configuration file, for pointing at its parts: the parser says where keys and
/// values start, not where they end.
///
/// @param name as the user named the file
/// @param directory absolute; what relative paths in the file are relative to
/// @param lines without line ends
record Source(String name, Path directory, List<String> lines) {
  /// A key, then something that begins like a text or address and not like a TOML value.
  private static final Pattern UNQUOTED =
      Pattern.compile(
          "\\s*[\\w.-]+\\s*=\\s*(?!(?:true|false|inf|nan)\\b)"
              + "(?:[A-Za-z/:~][^\"'=\\[{]*|\\d+(?:\\.\\d+){2}[^\"'=]*|\\d+[A-Za-z]+\\s*)");

  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s\"'/]{1,500}(?=@)");
  private static final int WIDEST = 160;
  private static final int BEFORE_POINTER = 60;

  static Source of(String name, Path directory, String text) {
    return new Source(name, directory, List.of(text.split("\r?\n", -1)));
  }

  /// The line and below it the pointer, each with a gutter:
  ///
  /// ```
  ///    12 |         max-sise = "200GiB"
  ///       |         ^^^^^^^^  did you mean "max-size"?
  /// ```
  String excerpt(Spot.Place at, @Nullable String hint) {
    int[] points = withoutPasswords(line(at.line())).codePoints().toArray();
    int pointer = Math.min(at.column() - 1, points.length);
    int from = points.length <= WIDEST ? 0 : Math.max(0, pointer - BEFORE_POINTER);
    int to = Math.min(points.length, from + WIDEST);
    StringBuilder text = new StringBuilder(from > 0 ? "..." : "");
    StringBuilder below = new StringBuilder(from > 0 ? "   " : "");
    for (int i = from; i < to; i++) {
      // The file is not trusted to be harmless to a terminal; tabs stay so that both lines align.
      boolean harmless = points[i] == '\t' || !Character.isISOControl(points[i]);
      text.appendCodePoint(harmless ? points[i] : '?');
      if (i < pointer) {
        below.append(points[i] == '\t' ? '\t' : ' ');
      }
    }
    text.append(to < points.length ? "..." : "");
    below.repeat("^", Math.clamp(at.length(), 1, Math.max(1, to - pointer)));
    if (hint != null) {
      below.append("  ").append(hint);
    }
    return "%5d | %s%n      | %s".replace("%n", "\n").formatted(at.line(), text, below);
  }

  /// An error may end up in a log, and a URL may carry a password. Columns stay what they are.
  private static String withoutPasswords(String line) {
    return USER_INFO.matcher(line).replaceAll(found -> "*".repeat(found.group().length()));
  }

  /// Whether the value in whose midst the parser gave up looks like a text without its quotes, the
  /// commonest slip in TOML.
  boolean quotesMissing(Spot.Place at) {
    return UNQUOTED.matcher(line(at.line())).matches();
  }

  /// One character, where the parser gave up.
  Spot.Place character(TomlPosition position) {
    return new Spot.Place(this, position.line(), position.column(), 1);
  }

  /// A value: up to its end, or to the end of its first line.
  Spot.Place value(TomlPosition position) {
    int start = offset(position);
    String line = line(position.line());
    return place(position.line(), start, valueEnd(line, start));
  }

  /// The last part of `path` where it stands as a key or in a table's header.
  ///
  /// @param position of the whole header or dotted key, all that the parser tells
  Spot.Place key(TomlPosition position, List<String> path) {
    String line = line(position.line());
    int start = offset(position);
    if (line.startsWith("[", start)) {
      int end = line.indexOf(']', start);
      return place(position.line(), start, end < 0 ? line.length() : closing(line, end));
    }
    List<Part> parts = dottedKey(line, start);
    for (int last = parts.size() - 1; last >= 0; last--) {
      List<String> names = parts.stream().limit(last + 1L).map(Part::name).toList();
      int depth = path.size() - names.size();
      if (depth >= 0 && path.subList(depth, path.size()).equals(names)) {
        return place(position.line(), parts.get(last).start(), parts.get(last).end());
      }
    }
    return place(position.line(), start, start + 1);
  }

  private static int closing(String line, int bracket) {
    return line.startsWith("]]", bracket) ? bracket + 2 : bracket + 1;
  }

  private record Part(String name, int start, int end) {}

  private static List<Part> dottedKey(String line, int start) {
    List<Part> parts = new ArrayList<>();
    int at = start;
    while (true) {
      at = skipBlanks(line, at);
      int end = keyEnd(line, at);
      if (end == at) {
        return parts;
      }
      parts.add(new Part(keyName(line.substring(at, end)), at, end));
      at = skipBlanks(line, end);
      if (!line.startsWith(".", at)) {
        return parts;
      }
      at++;
    }
  }

  private static String keyName(String raw) {
    return raw.startsWith("\"") ? Toml.parseDottedKey(raw).getFirst() : raw.replace("'", "");
  }

  private static int keyEnd(String line, int start) {
    int at = start;
    if (at < line.length() && (line.charAt(at) == '"' || line.charAt(at) == '\'')) {
      return quoteEnd(line, at);
    }
    while (at < line.length()
        && (Character.isLetterOrDigit(line.charAt(at)) || "_-".indexOf(line.charAt(at)) >= 0)) {
      at++;
    }
    return at;
  }

  private static int skipBlanks(String line, int start) {
    int at = start;
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static int valueEnd(String line, int start) {
    int depth = 0;
    int at = start;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (c == '"' || c == '\'') {
        at = quoteEnd(line, at);
      } else if (c == '#' || (depth == 0 && (c == ',' || c == ']' || c == '}'))) {
        break;
      } else {
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        at++;
      }
      if (depth == 0 && at < line.length() && Character.isWhitespace(line.charAt(at))) {
        break;
      }
    }
    return start + line.substring(start, at).stripTrailing().length();
  }

  private static int quoteEnd(String line, int start) {
    char quote = line.charAt(start);
    for (int at = start + 1; at < line.length(); at++) {
      if (line.charAt(at) == '\\' && quote == '"') {
        at++;
      } else if (line.charAt(at) == quote) {
        return at + 1;
      }
    }
    return line.length();
  }

  private Spot.Place place(int number, int start, int end) {
    String line = line(number);
    int column = line.codePointCount(0, Math.min(start, line.length())) + 1;
    int length = start < end ? line.codePointCount(start, end) : 1;
    return new Spot.Place(this, number, column, length);
  }

  private int offset(TomlPosition position) {
    String line = line(position.line());
    int column = Math.min(position.column() - 1, line.codePointCount(0, line.length()));
    return line.offsetByCodePoints(0, Math.max(0, column));
  }

  private String line(int number) {
    return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
  }
}
