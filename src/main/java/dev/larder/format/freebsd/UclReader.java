package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads the part of UCL that pkg(8) writes into `meta.conf` and into manifests, and that people
/// write into fingerprint files: JSON, and its relaxed form with bare keys and values, `=` or
/// nothing for `:`, a newline or `;` for `,`, and comments.
///
/// Everything by which such a text could reach outside itself is refused: macros (`.include`),
/// variables, and what makes reading it costly or ambiguous: here-documents, named sections. What a
/// text can make us spend is bounded by the limits of its [Kind] and by [#MAX_DEPTH].
final class UclReader {
  /// In bytes; pkg's own limit for `meta.conf`.
  static final int MAX_SIZE = 1 << 20;

  static final int MAX_DEPTH = 16;
  static final int MAX_VALUES = 10_000;

  private static final int END = -1;

  /// What a text is for.
  enum Kind {
    /// Settings: keys are the same in upper and lower case, and one stated several times is an
    /// array.
    SETTINGS(MAX_SIZE, MAX_VALUES),
    /// The manifest of a package, in which a shell script may stand: nothing in a string is a
    /// variable. Keys, names of packages among them, are taken as they are, and each once.
    MANIFEST(8 << 20, 250_000);

    private final int maxSize;
    private final int maxValues;

    Kind(int maxSize, int maxValues) {
      this.maxSize = maxSize;
      this.maxValues = maxValues;
    }

    /// How many bytes a text may have.
    int maxSize() {
      return maxSize;
    }
  }

  private final String where;
  private final String text;
  private final Kind kind;
  private int at;
  private int depth;
  private int values;

  private UclReader(String where, String text, Kind kind) {
    this.where = where;
    this.text = text;
    this.kind = kind;
  }

  /// Reads the whole of `bytes`: settings.
  ///
  /// @param where what is read, for messages
  /// @throws InvalidIndex if it is not of this form; the message names the line
  static Ucl.Table read(String where, byte[] bytes) throws InvalidIndex {
    return read(where, bytes, Kind.SETTINGS);
  }

  /// Reads the whole of `bytes`.
  ///
  /// @param where what is read, for messages
  /// @throws InvalidIndex if it is not of this form; the message names the line
  static Ucl.Table read(String where, byte[] bytes, Kind kind) throws InvalidIndex {
    if (bytes.length > kind.maxSize) {
      throw new InvalidIndex(where + ": is larger than " + kind.maxSize + " bytes");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    String marked = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return new UclReader(where, marked, kind).whole();
  }

  private Ucl.Table whole() throws InvalidIndex {
    skipSpace();
    if (peek() != '{') {
      return entries(END);
    }
    at++;
    Ucl.Table table = entries('}');
    skipSeparators();
    if (peek() != END) {
      throw fault("something follows the closing brace");
    }
    return table;
  }

  private Ucl.Table entries(int close) throws InvalidIndex {
    Map<String, Ucl> entries = new LinkedHashMap<>();
    while (true) {
      skipSeparators();
      int c = peek();
      if (c == close) {
        at += c == END ? 0 : 1;
        return new Ucl.Table(entries);
      }
      if (c == END) {
        throw fault("a brace is never closed");
      }
      String key = key();
      beforeValue(key);
      if (kind == Kind.MANIFEST && entries.containsKey(key)) {
        throw fault("states " + TarMembers.shown(key) + " twice");
      }
      entries.merge(key, value(), UclReader::both);
      endOfValue();
    }
  }

  private static Ucl both(Ucl before, Ucl after) {
    List<Ucl> all = new ArrayList<>();
    if (before instanceof Ucl.Many(List<Ucl> several)) {
      all.addAll(several);
    } else {
      all.add(before);
    }
    all.add(after);
    return new Ucl.Many(all);
  }

  private String key() throws InvalidIndex {
    int c = peek();
    if (c == '.') {
      throw fault("uses a macro (" + word() + "), which is not followed here");
    }
    String key = c == '"' ? quoted() : c == '\'' ? singleQuoted() : word();
    if (key.isEmpty()) {
      throw fault("has " + TarMembers.shown(Character.toString(c)) + " where a key belongs");
    }
    return kind == Kind.SETTINGS ? key.toLowerCase(Locale.ROOT) : key;
  }

  private String word() {
    int start = at;
    while (isWord(peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  private static boolean isWord(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-'
        || c == '.'
        || c == '/';
  }

  // A key and its value are parted by = or : or a blank; only an object or array may begin on a
  // line of its own without one.
  private void beforeValue(String key) throws InvalidIndex {
    skipSpace();
    int c = peek();
    if (c == '=' || c == ':') {
      at++;
      skipSpace();
      return;
    }
    char last = text.charAt(at - 1);
    if (c != '{' && c != '[' && last != ' ' && last != '\t') {
      throw fault("has no value for " + TarMembers.shown(key));
    }
  }

  private Ucl value() throws InvalidIndex {
    if (++values > kind.maxValues) {
      throw fault("has more than " + kind.maxValues + " values");
    }
    return switch (peek()) {
      case '{' -> {
        enter();
        Ucl.Table table = entries('}');
        depth--;
        yield table;
      }
      case '[' -> {
        enter();
        Ucl.Many array = array();
        depth--;
        yield array;
      }
      case '"' -> new Ucl.Text(quoted());
      case '\'' -> new Ucl.Text(singleQuoted());
      default -> new Ucl.Text(bare());
    };
  }

  private void enter() throws InvalidIndex {
    at++;
    if (++depth > MAX_DEPTH) {
      throw fault("is nested deeper than " + MAX_DEPTH);
    }
  }

  private Ucl.Many array() throws InvalidIndex {
    List<Ucl> elements = new ArrayList<>();
    while (true) {
      skipSeparators();
      if (peek() == ']') {
        at++;
        return new Ucl.Many(elements);
      }
      if (peek() == END) {
        throw fault("a bracket is never closed");
      }
      elements.add(value());
      endOfValue();
    }
  }

  private String bare() throws InvalidIndex {
    if (text.startsWith("<<", at)) {
      throw fault("uses a here-document; write the value in quotes");
    }
    int start = at;
    while (!isEndOfBare(peek())) {
      char c = text.charAt(at);
      if (c == '{' || c == '[' || c == '"') {
        throw fault("has " + c + " inside a value without quotes");
      }
      refuseVariable(c);
      at++;
    }
    String value = text.substring(start, at).strip();
    if (value.isEmpty()) {
      throw fault("has an empty value; write \"\" if that is meant");
    }
    return value;
  }

  private boolean isEndOfBare(int c) {
    return c == END
        || c == ';'
        || c == ','
        || c == '\n'
        || c == '}'
        || c == ']'
        || c == '#'
        || text.startsWith("/*", at);
  }

  private String quoted() throws InvalidIndex {
    StringBuilder value = new StringBuilder();
    at++;
    while (true) {
      char c = inQuotes();
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\') {
        value.append(escaped());
      } else {
        at--;
        refuseVariable(c);
        at++;
        value.append(c);
      }
    }
  }

  private String singleQuoted() throws InvalidIndex {
    StringBuilder value = new StringBuilder();
    at++;
    for (char c = inQuotes(); c != '\''; c = inQuotes()) {
      if (c == '\\') {
        throw fault("has an escape inside single quotes; use double ones");
      }
      value.append(c);
    }
    return value.toString();
  }

  private char inQuotes() throws InvalidIndex {
    int c = peek();
    if (c == END || c == '\n') {
      throw fault("has a string that is not closed on its line");
    }
    at++;
    return (char) c;
  }

  private char escaped() throws InvalidIndex {
    char c = inQuotes();
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case '"', '\\', '/' -> c;
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(inQuotes(), 16);
          if (digit < 0) {
            throw fault("has \\u without four hexadecimal digits");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> throw fault("has an escape that is not one of JSON");
    };
  }

  // libucl replaces $NAME and ${NAME}, and $$ by $: by what, depends on who reads it.
  private void refuseVariable(char c) throws InvalidIndex {
    if (c != '$' || kind == Kind.MANIFEST || at + 1 >= text.length()) {
      return;
    }
    char next = text.charAt(at + 1);
    if (next == '{' || next == '$' || next == '_' || Character.isLetter(next)) {
      throw fault("uses a variable; write the value itself");
    }
  }

  private void endOfValue() throws InvalidIndex {
    skipBlanks();
    int c = peek();
    if (c != END && c != ';' && c != ',' && c != '\n' && c != '}' && c != ']' && !isComment()) {
      throw fault("something follows a value on its line");
    }
  }

  private void skipSeparators() throws InvalidIndex {
    skipSpace();
    while (peek() == ';' || peek() == ',') {
      at++;
      skipSpace();
    }
  }

  private void skipSpace() throws InvalidIndex {
    while (true) {
      skipBlanks();
      if (peek() == '\n') {
        at++;
      } else if (isComment()) {
        skipComment();
      } else {
        return;
      }
    }
  }

  private void skipBlanks() {
    for (int c = peek(); c == ' ' || c == '\t' || c == '\r'; c = peek()) {
      at++;
    }
  }

  private boolean isComment() {
    return peek() == '#' || text.startsWith("/*", at);
  }

  private void skipComment() throws InvalidIndex {
    if (peek() == '#') {
      int end = text.indexOf('\n', at);
      at = end < 0 ? text.length() : end;
      return;
    }
    int open = 0;
    do {
      if (text.startsWith("/*", at)) {
        open++;
        at += 2;
      } else if (text.startsWith("*/", at)) {
        open--;
        at += 2;
      } else if (at < text.length()) {
        at++;
      } else {
        throw fault("a comment is never closed");
      }
    } while (open > 0);
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private InvalidIndex fault(String what) {
    long line =
        1 + text.substring(0, Math.min(at, text.length())).chars().filter(c -> c == '\n').count();
    return new InvalidIndex(where + ": line " + line + " " + what);
  }
}
