package dev.larder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A Markdown document of the project, and what it claims exists.
///
/// @param root the checkout
/// @param file relative to it
/// @param text the whole document
record Document(Path root, Path file, String text) {
  /// Words in code style that look like a class of ours and are something else's.
  private static final Set<String> FOREIGN =
      Set.of("CacheServer", "SigLevel", "DatabaseRequired", "DownloadUser", "ParallelDownloads");

  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]+\\]\\(([^)\\s]+)\\)");
  private static final Pattern PATH = Pattern.compile("(\\./)?[\\w.@-]+(/[\\w.@-]+)*/?");
  private static final Pattern LONE_FILE = Pattern.compile("[\\w.-]+\\.(md|xml|sh|example)");
  private static final Pattern PACKAGE = Pattern.compile("dev\\.larder(\\.[a-z]+)*");
  private static final Pattern CLASS =
      Pattern.compile("(dev\\.larder(\\.[a-z]+)*\\.)?[A-Z][a-z]\\w*");
  private static final Pattern HUMPS = Pattern.compile("([A-Z][a-z0-9]+){2,}");
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:^|[\\s`$/])larder((?: --?[a-z][a-z-]*(?:[ =][\\w./:\\[\\]-]+)?)*) ([a-z]+)\\b(?: ([a-z]+)\\b)?");

  static Document read(Path root, Path file) throws IOException {
    return new Document(root, file, Files.readString(root.resolve(file)));
  }

  private List<String> codeSpans() {
    return CODE.matcher(FENCE.matcher(text).replaceAll(""))
        .results()
        .map(m -> m.group(1).strip())
        .toList();
  }

  /// Files and directories in code style that the checkout does not have. A path counts as one of
  /// the checkout's if it starts with a directory of its root.
  List<String> missingPaths() {
    return codeSpans().stream()
        .filter(span -> PATH.matcher(span).matches())
        .filter(span -> LONE_FILE.matcher(span).matches() || startsInCheckout(span))
        .filter(span -> !Files.exists(root.resolve(span)))
        .map(span -> "%s: there is no %s".formatted(file, span))
        .toList();
  }

  private boolean startsInCheckout(String span) {
    Path path = Path.of(span).normalize();
    return path.getNameCount() > 1
        && !path.startsWith("target")
        && Files.isDirectory(root.resolve(path.getName(0)));
  }

  /// Packages and classes in code style that the sources do not have.
  List<String> missingClasses() throws IOException {
    Set<String> names = classNames();
    List<String> faults = new ArrayList<>();
    for (String span : codeSpans()) {
      String name = span.endsWith(".java") ? span.substring(0, span.length() - 5) : span;
      boolean qualified = name.startsWith("dev.larder.");
      if (PACKAGE.matcher(name).matches()) {
        if (!Files.isDirectory(root.resolve("src/main/java").resolve(name.replace('.', '/')))) {
          faults.add("%s: there is no package %s".formatted(file, name));
        }
      } else if (CLASS.matcher(name).matches()
          && (qualified || !name.equals(span) || HUMPS.matcher(name).matches())
          && !FOREIGN.contains(name)
          && !names.contains(name)) {
        faults.add("%s: there is no class %s".formatted(file, name));
      }
    }
    return faults;
  }

  /// Names of the top-level classes, with their package and without.
  private Set<String> classNames() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String part : List.of("src/main/java", "src/test/java")) {
      Path sources = root.resolve(part);
      if (Files.isDirectory(sources)) {
        try (Stream<Path> files = Files.walk(sources)) {
          files
              .map(f -> sources.relativize(f).toString().replace('/', '.'))
              .filter(f -> f.endsWith(".java"))
              .map(f -> f.substring(0, f.length() - 5))
              .forEach(f -> {
                names.add(f);
                names.add(f.substring(f.lastIndexOf('.') + 1));
              });
        }
      }
    }
    return names;
  }

  /// Relative links whose file or heading does not exist.
  List<String> brokenLinks() throws IOException {
    List<String> faults = new ArrayList<>();
    for (MatchResult link : LINK.matcher(FENCE.matcher(text).replaceAll("")).results().toList()) {
      String target = link.group(1);
      if (!target.contains("://") && !target.startsWith("mailto:") && !resolves(target)) {
        faults.add("%s: %s leads nowhere".formatted(file, target));
      }
    }
    return faults;
  }

  private boolean resolves(String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path to = path.isEmpty() ? root.resolve(file) : root.resolve(file).resolveSibling(path);
    if (!Files.exists(to)) {
      return false;
    }
    return hash < 0
        || FENCE
            .matcher(Files.readString(to))
            .replaceAll("")
            .lines()
            .anyMatch(
                line -> line.startsWith("#") && slug(line).equals(target.substring(hash + 1)));
  }

  private static String slug(String heading) {
    return heading
        .replaceFirst("^#+\\s*", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\w\\- ]", "")
        .strip()
        .replace(' ', '-');
  }

  /// The `larder` commands in code style and in fences that do not exist.
  ///
  /// @param known every command there is: `serve`, `mirror`, `mirror list`
  List<String> missingCommands(Set<String> known) {
    return Stream.concat(
            FENCE.matcher(text).results().map(MatchResult::group).flatMap(String::lines),
            codeSpans().stream())
        .flatMap(line -> COMMAND.matcher(line).results())
        .map(m -> command(m, known))
        .filter(command -> !known.contains(command))
        .map(command -> "%s: there is no command larder %s".formatted(file, command))
        .toList();
  }

  /// One word, and a second one where the first is a group of commands.
  private static String command(MatchResult words, Set<String> known) {
    String first = words.group(2);
    boolean group = known.stream().anyMatch(command -> command.startsWith(first + " "));
    return group && words.group(3) != null ? first + " " + words.group(3) : first;
  }
}
