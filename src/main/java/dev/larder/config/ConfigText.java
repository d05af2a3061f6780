package dev.larder.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Configuration written out: what holds, a file to begin with, the reference. All three come from
/// the same keys that are read.
public final class ConfigText {
  private static final int COLUMNS = 98;

  private ConfigText() {}

  /// The settings as TOML that reads back as the same settings.
  ///
  /// @param settings those without a value are left out
  /// @param origins whether a comment behind each says where it came from
  /// @return lines that end in a line feed
  public static String effective(List<Setting> settings, boolean origins) {
    Map<Header, List<Setting>> tables = new LinkedHashMap<>();
    for (Setting setting : settings) {
      if (setting.toml() != null) {
        Header header = new Header(setting.table(), setting.number());
        tables.computeIfAbsent(header, _ -> new ArrayList<>()).add(setting);
      }
    }
    StringBuilder text = new StringBuilder();
    tables.forEach((header, members) -> {
      text.append(text.isEmpty() || header.table().isEmpty() ? "" : "\n").append(header.line());
      for (Setting setting : members) {
        text.append(Quoted.key(List.of(setting.key()))).append(" = ").append(setting.toml());
        text.append(origins ? "  # " + comment(setting.origin()) : "").append('\n');
      }
    });
    return text.toString();
  }

  private record Header(List<String> table, int number) {
    String line() {
      if (table.isEmpty()) {
        return "";
      }
      String name = "[" + Quoted.key(table) + "]";
      return (number > 0 ? "[" + name + "]" : name) + "\n";
    }
  }

  private static String comment(Origin origin) {
    // A file may be named with characters that would end the comment.
    return origin.describe().replaceAll("\\p{Cntrl}", "?");
  }

  /// A file that documents every key and sets none.
  ///
  /// @param introduction comment lines at the top, without `#`
  /// @param tables in order, the top level first
  /// @param name what stands for a name the user chooses
  /// @param others keys that do not go with a table of that name; they stay comments even where the
  ///   mark of each key is removed
  /// @return lines that end in a line feed
  public static String template(
      String introduction, List<KeyTable> tables, String name, Set<Key<?>> others) {
    StringBuilder text = new StringBuilder();
    comment(text, introduction);
    for (KeyTable table : tables) {
      text.append('\n');
      comment(text, table.meaning());
      if (!table.path().isEmpty()) {
        String header = "[" + table.path().replace("NAME", name) + "]\n";
        text.append(table.optional() ? "#" : "").append(header);
      }
      for (Key<?> key : table.keys()) {
        text.append('\n');
        comment(text, key.meaning() + without(key));
        text.append(others.contains(key) ? "# " : "#");
        text.append(key.name()).append(" = ").append(key.shown()).append('\n');
      }
    }
    return text.toString();
  }

  private static String without(Key<?> key) {
    return key.fallback() != null ? "" : " Without it: " + key.otherwise() + ".";
  }

  private static void comment(StringBuilder text, String sentences) {
    for (String paragraph : sentences.replace("`", "").split("\n", -1)) {
      int start = 0;
      while (start < paragraph.length()) {
        int end = paragraph.length();
        if (end - start > COLUMNS) {
          int blank = paragraph.lastIndexOf(' ', start + COLUMNS);
          end = blank > start ? blank : end;
        }
        text.append("# ").append(paragraph, start, end).append('\n');
        start = end < paragraph.length() ? end + 1 : end;
      }
      text.append(paragraph.isEmpty() ? "#\n" : "");
    }
  }

  /// The tables of keys in Markdown.
  ///
  /// @return lines that end in a line feed
  public static String reference(List<KeyTable> tables) {
    StringBuilder text = new StringBuilder();
    for (KeyTable table : tables) {
      String title = table.path().isEmpty() ? "Top level" : "`[" + table.path() + "]`";
      text.append("\n## ").append(title).append("\n\n").append(table.meaning()).append("\n\n");
      text.append("| key | type | default | meaning |\n|---|---|---|---|\n");
      for (Key<?> key : table.keys()) {
        text.append("| `").append(key.name()).append("` | ").append(key.type().noun());
        text.append(" | ")
            .append(key.fallback() == null ? key.otherwise() : "`" + key.shown() + "`");
        text.append(" | ").append(key.meaning()).append(" |\n");
      }
    }
    return text.toString();
  }
}
