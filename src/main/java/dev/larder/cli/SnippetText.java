package dev.larder.cli;

import dev.larder.snippet.Edit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The text of a file of a client with a snippet in it. The snippet stands between two comments
/// that name what it is for, so that it is found again; what has to be taken back with it, and the
/// lines it took the place of, stand there as comments, too. Taking it out gives the text back that
/// was there before, but for a line feed at its end where there was none.
///
/// @param name of the mirror or repository the snippet is for
record SnippetText(String name) {
  private static final String WAS = "# larder was: ";
  private static final String KEY = "# larder key: ";
  private static final String FILE = "# larder file: ";

  /// What is to be taken back besides the text.
  ///
  /// @param keys fingerprints of keys that pacman was given
  /// @param files that were written
  record Besides(List<String> keys, List<String> files) {
    static final Besides NOTHING = new Besides(List.of(), List.of());

    Besides {
      keys = List.copyOf(keys);
      files = List.copyOf(files);
    }
  }

  private String begin() {
    return "# larder begin: " + name;
  }

  private String end() {
    return "# larder end: " + name;
  }

  private Pattern block() {
    return Pattern.compile(
        "(?m)^%s$\n(?s:(.*?))^%s$\n?".formatted(Pattern.quote(begin()), Pattern.quote(end())));
  }

  /// Whether the snippet is in `text`.
  boolean isIn(String text) {
    return block().matcher(text).find();
  }

  /// `text` with the snippet in it, in place of an older one.
  String into(String text, Edit edit, String snippet, Besides besides) {
    String bare = outOf(text);
    if (!bare.isEmpty() && !bare.endsWith("\n")) {
      bare += "\n";
    }
    List<String> lines = new ArrayList<>();
    lines.add(begin());
    lines.add("# Written by larder snippet %s --write; --undo takes it out.".formatted(name));
    besides.keys().forEach(key -> lines.add(KEY + key));
    besides.files().forEach(file -> lines.add(FILE + file));
    return switch (edit) {
      case TOP -> joined(lines, snippet) + bare;
      case END, FILE -> bare + joined(lines, snippet);
      case LINE -> inPlace(bare, lines, snippet);
    };
  }

  private String joined(List<String> lines, String snippet) {
    return String.join("\n", lines) + "\n" + snippet + "\n" + end() + "\n";
  }

  private String inPlace(String text, List<String> lines, String snippet) {
    String word = snippet.split("[^A-Za-z0-9_]", 2)[0];
    Pattern line = Pattern.compile("(?m)^[ \\t]*" + Pattern.quote(word) + "\\b.*$\n");
    List<String> were = line.matcher(text).results().map(found -> found.group().strip()).toList();
    were.forEach(was -> lines.add(WAS + was));
    String block = joined(lines, snippet);
    if (were.isEmpty()) {
      return text + block;
    }
    Matcher first = line.matcher(text);
    String marked = first.replaceFirst("\0");
    return line.matcher(marked).replaceAll("").replace("\0", block);
  }

  /// `text` without the snippet.
  String outOf(String text) {
    return block()
        .matcher(text)
        .replaceAll(found -> {
          StringBuilder were = new StringBuilder();
          for (String line : found.group(1).split("\n", -1)) {
            if (line.startsWith(WAS)) {
              were.append(line.substring(WAS.length())).append('\n');
            }
          }
          return Matcher.quoteReplacement(were.toString());
        });
  }

  /// What is to be taken back besides; null if the snippet is not in `text`.
  @Nullable Besides besides(String text) {
    Matcher found = block().matcher(text);
    if (!found.find()) {
      return null;
    }
    List<String> lines = List.of(found.group(1).split("\n", -1));
    return new Besides(values(lines, KEY), values(lines, FILE));
  }

  private static List<String> values(List<String> lines, String before) {
    return lines.stream()
        .filter(line -> line.startsWith(before))
        .map(line -> line.substring(before.length()))
        .toList();
  }
}
