package dev.larder.cli;

import dev.larder.cli.ManPage.Edition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The pages about commands, made of what the commands declare, so that they and `--help` cannot
/// differ.
final class Manual {
  private static final Pattern HEADING = Pattern.compile("(\\p{Upper}[\\w ]*):");
  private static final String EXITS = "Exit codes";

  private final CommandLine root;
  private final Edition edition;

  Manual(CommandLine root, Edition edition) {
    this.root = root;
    this.edition = edition;
  }

  /// A page for each command that is not hidden.
  List<ManPage> pages() {
    List<ManPage> pages = new ArrayList<>();
    collect(root, pages);
    return pages;
  }

  private void collect(CommandLine command, List<ManPage> pages) {
    pages.add(page(command));
    CompletionModel.visible(command).values().forEach(sub -> collect(sub, pages));
  }

  /// The page about a command.
  ManPage page(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    boolean isRoot = spec.parent() == null;
    ManPage page = new ManPage(name(command), 1, edition, lowered(CompletionModel.meaning(spec)));
    page.heading("Synopsis").paragraph(synopsis(command));
    page.heading("Description");
    for (String paragraph : spec.usageMessage().description()) {
      page.paragraph(rendered(paragraph));
    }
    if (!isRoot) {
      page.paragraph("The options of every command are in larder(1).");
    }
    arguments(page, spec);
    options(page, isRoot ? "Options of every command" : "Options", spec);
    commands(page, command);
    footer(page, spec);
    if (isRoot) {
      surroundings(page);
    }
    exits(page, isRoot);
    page.seeAlso(related(command));
    return page;
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  /// As a part of a sentence, where a page's name and meaning stand in one line.
  private static String lowered(String sentence) {
    return sentence.isEmpty()
        ? "a command of Larder"
        : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
  }

  private static String synopsis(CommandLine command) {
    String synopsis =
        new Help(command.getCommandSpec(), Help.defaultColorScheme(Help.Ansi.OFF)).synopsis(0);
    String name = command.getCommandSpec().qualifiedName();
    String rest = synopsis.strip().replaceAll("\\s+", " ").substring(name.length());
    return "`" + name + "`" + rest;
  }

  private static String rendered(String text) {
    return text.replace("%n", "\n").replace("%%", "%");
  }

  private static String rendered(ArgSpec arg) {
    Iterable<String> candidates = arg.completionCandidates();
    String words = candidates == null ? "" : String.join(", ", candidates);
    return Arrays.stream(arg.description())
        .map(line -> rendered(line).replace("${COMPLETION-CANDIDATES}", words))
        .collect(Collectors.joining("\n"));
  }

  private static void arguments(ManPage page, CommandSpec spec) {
    if (!spec.positionalParameters().isEmpty()) {
      page.heading("Arguments");
    }
    for (PositionalParamSpec each : spec.positionalParameters()) {
      String label = each.paramLabel() + (each.isMultiValue() ? "..." : "");
      page.item(each.arity().min() == 0 ? "[" + label + "]" : label, rendered(each));
    }
  }

  private static void options(ManPage page, String title, CommandSpec spec) {
    List<OptionSpec> own =
        spec.options().stream().filter(each -> !each.hidden() && !each.inherited()).toList();
    if (!own.isEmpty()) {
      page.heading(title);
    }
    for (OptionSpec each : own) {
      String names = String.join(", ", each.names());
      boolean flag = each.arity().max() == 0;
      page.item(flag ? names : names + "=" + each.paramLabel(), rendered(each));
    }
  }

  private static void commands(ManPage page, CommandLine command) {
    Map<String, CommandLine> below = CompletionModel.visible(command);
    if (!below.isEmpty()) {
      page.heading("Commands");
    }
    below
        .values()
        .forEach(sub ->
            page.item(
                sub.getCommandSpec().qualifiedName(),
                CompletionModel.meaning(sub.getCommandSpec()) + "."));
  }

  /// The footer's lines under the headings that are among them. Exit codes are in larder(1).
  private static void footer(ManPage page, CommandSpec spec) {
    String heading = "Notes";
    List<String> lines = new ArrayList<>();
    Stream<String> all =
        Stream.concat(
            rendered(spec.usageMessage().footerHeading()).lines(),
            Arrays.stream(spec.usageMessage().footer()).flatMap(each -> rendered(each).lines()));
    for (String line : all.toList()) {
      boolean exits = line.startsWith(EXITS);
      if (exits || HEADING.matcher(line).matches()) {
        section(page, heading, lines);
        heading = exits ? EXITS : line.substring(0, line.length() - 1);
      } else {
        lines.add(line.replaceFirst("^ {2}", ""));
      }
    }
    section(page, heading, lines);
  }

  private static void section(ManPage page, String heading, List<String> lines) {
    while (!lines.isEmpty() && lines.getFirst().isBlank()) {
      lines.removeFirst();
    }
    while (!lines.isEmpty() && lines.getLast().isBlank()) {
      lines.removeLast();
    }
    if (!lines.isEmpty() && !heading.equals(EXITS)) {
      page.heading(heading).lines(lines);
    }
    lines.clear();
  }

  private static void surroundings(ManPage page) {
    page.heading("Environment");
    Reference.VARIABLES.forEach(page::item);
    page.heading("Files");
    page.item(
        "~/.config/larder/cli.json",
        "The servers larder login was called for, and the tokens for them; in XDG_CONFIG_HOME if"
            + " that is set.");
    page.item("/etc/larder/larder.toml", "The configuration of a server; see larder.toml(5).");
  }

  /// The same numbers for all commands: explained by one page, and not left out by any.
  private static void exits(ManPage page, boolean isRoot) {
    page.heading("Exit status");
    if (isRoot) {
      for (ExitCode code : ExitCode.values()) {
        page.item(String.valueOf(code.number()), code.meaning());
      }
    } else {
      page.paragraph(
          Stream.of(ExitCode.values())
                  .map(code -> "`%d`: %s".formatted(code.number(), code.meaning()))
                  .collect(Collectors.joining("; "))
              + ".");
    }
  }

  /// What stands around a command: the one above it, its neighbours and those below.
  private static List<String> related(CommandLine command) {
    List<String> names = new ArrayList<>();
    CommandLine parent = command.getParent();
    if (parent == null) {
      CompletionModel.visible(command).values().forEach(sub -> names.add(name(sub) + "(1)"));
      names.add("larder.toml(5)");
      return names;
    }
    Stream<CommandLine> around =
        parent.getParent() == null
            ? Stream.of(parent)
            : Stream.concat(
                Stream.of(parent.getParent(), parent),
                CompletionModel.visible(parent).values().stream());
    Stream.concat(around, CompletionModel.visible(command).values().stream())
        .map(Manual::name)
        .filter(each -> !each.equals(name(command)))
        .forEach(each -> names.add(each + "(1)"));
    return names;
  }
}
