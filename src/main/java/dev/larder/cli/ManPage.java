package dev.larder.cli;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page of the manual, in the macros of man(7), which both groff and mandoc read.
///
/// Texts may have `code` between backticks and links as Markdown writes them; every other character
/// stands for itself.
public final class ManPage {
  private static final int COLUMNS = 78;
  private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)\\]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private final String name;
  private final int section;
  private final StringBuilder text = new StringBuilder();

  /// Which edition of the manual a page belongs to.
  ///
  /// @param version of Larder
  /// @param date of the page, `2026-11-20`
  public record Edition(String version, String date) {}

  /// Begins a page.
  ///
  /// @param name `larder-mirror-keep`
  /// @param section 1 for commands, 5 for files
  /// @param meaning a few words without a full stop
  public ManPage(String name, int section, Edition edition, String meaning) {
    this.name = name;
    this.section = section;
    line(
        ".TH %s %d %s \"larder %s\" \"Larder\""
            .formatted(
                quoted(name.toUpperCase(Locale.ROOT)),
                section,
                edition.date(),
                escaped(edition.version())));
    // Left-aligned and without hyphens: what is written here is copied into terminals.
    line(".nh");
    line(".ad l");
    heading("Name");
    line(escaped(name) + " \\- " + marked(meaning));
  }

  /// `larder-mirror-keep.1`.
  public String file() {
    return name + "." + section;
  }

  /// `man1/larder-mirror-keep.1`: where it lies below a directory of manuals.
  public String place() {
    return "man%d/%s".formatted(section, file());
  }

  /// Begins a section. Titles are in capitals, but for the header of a table in TOML.
  public ManPage heading(String title) {
    line(".SH " + quoted(escaped(title.startsWith("[") ? title : title.toUpperCase(Locale.ROOT))));
    return this;
  }

  /// Adds a paragraph.
  public ManPage paragraph(String sentences) {
    if (!sentences.isBlank()) {
      if (!lastIsHeading()) {
        line(".PP");
      }
      body(sentences);
    }
    return this;
  }

  /// Adds an item of a list.
  ///
  /// @param term in bold
  /// @param meaning behind or below it
  public ManPage item(String term, String meaning) {
    line(".TP");
    line("\\fB" + escaped(term) + "\\fR");
    body(meaning);
    return this;
  }

  /// Adds lines that are kept as they are.
  public ManPage lines(List<String> lines) {
    if (!lines.isEmpty()) {
      if (!lastIsHeading()) {
        line(".PP");
      }
      line(".nf");
      lines.forEach(each -> line(guarded(escaped(each.stripTrailing()))));
      line(".fi");
    }
    return this;
  }

  /// Adds what other pages are worth reading.
  ///
  /// @param pages `larder(1)`
  public ManPage seeAlso(List<String> pages) {
    heading("See also");
    for (int i = 0; i < pages.size(); i++) {
      int bracket = pages.get(i).indexOf('(');
      line(
          ".BR %s %s%s"
              .formatted(
                  escaped(pages.get(i).substring(0, bracket)),
                  pages.get(i).substring(bracket),
                  i < pages.size() - 1 ? " ," : ""));
    }
    return this;
  }

  private boolean lastIsHeading() {
    int end = text.lastIndexOf("\n", text.length() - 2);
    return text.substring(end + 1).matches("\\.SH [^\n]*\n");
  }

  private void body(String sentences) {
    boolean first = true;
    for (String each : sentences.strip().lines().map(String::strip).toList()) {
      if (!first) {
        line(".br");
      }
      first = false;
      String rest = marked(each);
      while (rest.length() > COLUMNS) {
        int blank = rest.lastIndexOf(' ', COLUMNS);
        if (blank <= 0) {
          break;
        }
        line(guarded(rest.substring(0, blank)));
        rest = rest.substring(blank + 1);
      }
      line(guarded(rest));
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\\(dq") + "\"";
  }

  /// A line that begins with one of these would be a request.
  private static String guarded(String line) {
    return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
  }

  private static String marked(String text) {
    String linked = LINK.matcher(text).replaceAll("$1 ($2)");
    StringBuilder marked = new StringBuilder();
    Matcher code = CODE.matcher(linked);
    int end = 0;
    while (code.find()) {
      marked.append(escaped(linked.substring(end, code.start())));
      marked.append("\\fB").append(escaped(code.group(1))).append("\\fR");
      end = code.end();
    }
    return marked.append(escaped(linked.substring(end))).toString();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\\' -> escaped.append("\\e");
            case '-' -> escaped.append("\\-");
            case '\'' -> escaped.append("\\(aq");
            case '`' -> escaped.append("\\(ga");
            case '^' -> escaped.append("\\(ha");
            case '~' -> escaped.append("\\(ti");
            default -> {
              if (c < 0x80) {
                escaped.append((char) c);
              } else {
                escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
              }
            }
          }
        });
    return escaped.toString();
  }

  /// The whole page as roff.
  @Override
  public String toString() {
    return text.toString();
  }
}
