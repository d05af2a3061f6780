package dev.larder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A Java source as text, with what a simple scan of its braces can tell: how long its methods are,
/// and whether its comments are whole. Not a parser; it relies on the formatter's layout.
///
/// @param name for messages
/// @param text the source
record SourceFile(String name, String text) {
  private static final int MAX_LINES = 500;
  private static final int MAX_METHOD_LINES = 60;
  private static final int MAX_DOC_COLUMNS = 100;

  private static final Pattern TYPE =
      Pattern.compile("(?s)(.*\\W)?(class|interface|enum|record)\\s+\\w+\\W?.*");
  private static final Pattern ANONYMOUS = Pattern.compile("(?s).*\\bnew\\s+[\\w.<>?, ]+\\(.*\\)");
  private static final Pattern CONSTANT_BODY = Pattern.compile("(?s)[A-Z][A-Z0-9_]*(\\(.*\\))?");
  private static final Pattern METHOD =
      Pattern.compile("(?s).*\\w\\s*\\(.*\\)(\\s*throws\\s+[\\w.,\\s@]+)?");
  private static final Pattern COMPACT_CONSTRUCTOR =
      Pattern.compile("((public|protected|private)\\s+)?[A-Z]\\w*|static");

  /// The Java files below `directory`.
  static List<SourceFile> below(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<SourceFile> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        sources.add(new SourceFile(directory.relativize(file).toString(), Files.readString(file)));
      }
    }
    return sources;
  }

  /// One sentence if the file is too long.
  List<String> length() {
    long lines = text.lines().count();
    return lines <= MAX_LINES
        ? List.of()
        : List.of("%s has %d lines, more than %d".formatted(name, lines, MAX_LINES));
  }

  /// Doc lines that the formatter would break, and broken ones: the rest of a `///` line over the
  /// limit becomes a `//` comment and is lost to the documentation.
  List<String> docLines() {
    List<String> faults = new ArrayList<>();
    boolean afterDoc = false;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String start = line.strip();
      if (start.startsWith("///") && line.length() > MAX_DOC_COLUMNS) {
        faults.add(
            "%s:%d: a /// line has %d columns, more than %d"
                .formatted(name, number, line.length(), MAX_DOC_COLUMNS));
      }
      if (afterDoc && start.startsWith("//") && !start.startsWith("///")) {
        faults.add("%s:%d: a // line right after a /// line".formatted(name, number));
      }
      afterDoc = start.startsWith("///");
    }
    return faults;
  }

  /// Methods, constructors and initializers that are too long, from their first line to their last.
  List<String> longMethods() {
    List<String> faults = new ArrayList<>();
    String code = withoutCommentsAndText(text);
    Deque<Brace> open = new ArrayDeque<>();
    int header = 0;
    for (int i = 0; i < code.length(); i++) {
      switch (code.charAt(i)) {
        case '{' -> {
          boolean inType = open.isEmpty() || open.peek().kind == Kind.TYPE;
          int start = firstWord(code, header);
          open.push(new Brace(kind(code.substring(start, i).strip(), inType), start));
          header = i + 1;
        }
        case '}' -> {
          Brace brace = open.pop();
          if (brace.kind == Kind.METHOD) {
            addIfLong(code, brace.start, i, faults);
          }
          header = i + 1;
        }
        case ';' -> header = i + 1;
        default -> {}
      }
    }
    return faults;
  }

  private void addIfLong(String code, int start, int end, List<String> faults) {
    long lines = 1 + code.substring(start, end).chars().filter(c -> c == '\n').count();
    if (lines > MAX_METHOD_LINES) {
      long line = 1 + code.substring(0, start).chars().filter(c -> c == '\n').count();
      faults.add(
          "%s:%d: a method of %d lines, more than %d"
              .formatted(name, line, lines, MAX_METHOD_LINES));
    }
  }

  private static int firstWord(String code, int from) {
    int i = from;
    while (i < code.length() && Character.isWhitespace(code.charAt(i))) {
      i++;
    }
    return i;
  }

  private static Kind kind(String header, boolean inType) {
    if (TYPE.matcher(header).matches() || ANONYMOUS.matcher(header).matches()) {
      return Kind.TYPE;
    }
    if (!inType) {
      return Kind.OTHER;
    }
    // After a comma: the body of a constant that is not the first.
    String last = header.startsWith(",") ? header.substring(1).strip() : header;
    if (CONSTANT_BODY.matcher(last).matches()) {
      return Kind.TYPE;
    }
    boolean method =
        METHOD.matcher(header).matches() || COMPACT_CONSTRUCTOR.matcher(header).matches();
    return method ? Kind.METHOD : Kind.OTHER;
  }

  private enum Kind {
    TYPE,
    METHOD,
    OTHER
  }

  private record Brace(Kind kind, int start) {}

  /// The source with comments, strings and characters blanked; lines stay where they are.
  static String withoutCommentsAndText(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      int end = blankUntil(text, i);
      if (end == i) {
        out.append(text.charAt(i++));
      } else {
        for (; i < end; i++) {
          out.append(text.charAt(i) == '\n' ? '\n' : ' ');
        }
      }
    }
    return out.toString();
  }

  /// The end of the comment or text that starts at `i`; `i` itself if none does.
  private static int blankUntil(String text, int i) {
    if (text.startsWith("//", i)) {
      return endOf(text, "\n", i + 2) - 1;
    }
    if (text.startsWith("/*", i)) {
      return endOf(text, "*/", i + 2);
    }
    if (text.startsWith("\"\"\"", i)) {
      return endOf(text, "\"\"\"", i + 3);
    }
    if (text.startsWith("\"", i) || text.startsWith("'", i)) {
      return endOf(text, text.substring(i, i + 1), i + 1);
    }
    return i;
  }

  private static int endOf(String text, String mark, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && !mark.equals("\n") && !mark.equals("*/")) {
        i++;
      } else if (text.startsWith(mark, i)) {
        return i + mark.length();
      }
    }
    return text.length();
  }
}
