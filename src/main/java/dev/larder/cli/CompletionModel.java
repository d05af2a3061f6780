package dev.larder.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ScopeType;

/// What can be completed, as the commands themselves declare it; the scripts for the shells are
/// written from it.
///
/// A command need not say that its argument is the name of a mirror: it follows from the label and
/// from the noun the command stands under. `NAME` in `larder mirror show NAME` is a mirror,
/// `REPOSITORY` is a repository anywhere. Words that are none of these are given to picocli as
/// completion candidates.
///
/// @param entries one for each command that is not hidden, `larder` first
/// @param common the options every command takes
record CompletionModel(List<Entry> entries, List<Opt> common) {
  /// Nouns under which `NAME` means one of a kind.
  private static final Map<String, String> NOUNS =
      Map.of(
          "mirror", "mirrors",
          "cache", "mirrors",
          "repo", "repositories",
          "generation", "repositories",
          "key", "keys",
          "token", "tokens",
          "context", "contexts");

  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("MIRROR", "mirrors"),
          Map.entry("REPO", "repositories"),
          Map.entry("REPOSITORY", "repositories"),
          Map.entry("FROM", "repositories"),
          Map.entry("TO", "repositories"),
          Map.entry("KEY", "keys"),
          Map.entry("TOKEN", "tokens"),
          Map.entry("CONTEXT", "contexts"),
          Map.entry("PACKAGE", "packages"),
          Map.entry("PKG", "packages"),
          Map.entry("WHAT", "served"),
          Map.entry("COMMAND", "commands"),
          Map.entry("FILE", "files"),
          Map.entry("DIR", "directories"));

  /// Commands whose NAME is not there yet.
  private static final Set<String> MAKING = Set.of("create", "import");

  /// One command.
  ///
  /// @param path its words without `larder`; empty for that itself
  /// @param commands those below it
  /// @param options its own
  /// @param positions what its arguments are
  record Entry(String path, List<Word> commands, List<Opt> options, List<Position> positions) {}

  /// A word and what it means, in one line.
  record Word(String text, String meaning) {}

  /// An option.
  ///
  /// @param names of which the last is the longest
  /// @param value what it takes, or null if it takes none
  record Opt(List<String> names, String meaning, @Nullable Value value) {}

  /// An argument.
  ///
  /// @param index of the first it is about
  /// @param many whether it is about all that follow, too
  record Position(int index, boolean many, Value value) {}

  /// What may stand for an option's value or an argument.
  ///
  /// @param words these
  /// @param kind and names of this kind; empty if there is no telling
  record Value(List<String> words, String kind) {}

  static CompletionModel of(CommandLine root) {
    List<Entry> entries = new ArrayList<>();
    collect(root, "", entries);
    return new CompletionModel(
        entries,
        root.getCommandSpec().options().stream()
            .filter(option -> option.scopeType() == ScopeType.INHERIT)
            .map(option -> option(option, ""))
            .toList());
  }

  private static void collect(CommandLine command, String path, List<Entry> entries) {
    CommandSpec spec = command.getCommandSpec();
    List<Word> commands = new ArrayList<>();
    visible(command)
        .forEach((name, sub) -> commands.add(new Word(name, meaning(sub.getCommandSpec()))));
    entries.add(
        new Entry(
            path,
            commands,
            spec.options().stream()
                .filter(option -> !option.hidden() && !option.inherited())
                .filter(option -> option.scopeType() != ScopeType.INHERIT)
                .map(option -> option(option, path))
                .toList(),
            spec.positionalParameters().stream().map(one -> position(one, path)).toList()));
    visible(command)
        .forEach((name, sub) -> collect(sub, path.isEmpty() ? name : path + " " + name, entries));
  }

  /// The commands below one, by name, without those that are hidden.
  static Map<String, CommandLine> visible(CommandLine command) {
    Map<String, CommandLine> visible = new LinkedHashMap<>(command.getSubcommands());
    visible.values().removeIf(sub -> sub.getCommandSpec().usageMessage().hidden());
    return visible;
  }

  /// The first sentence of a command's description.
  static String meaning(CommandSpec spec) {
    String[] description = spec.usageMessage().description();
    return description.length == 0 ? "" : sentence(description[0]);
  }

  private static String sentence(String text) {
    String plain = text.replace("%n", " ").replace("%%", "%");
    int end = plain.indexOf(". ");
    String first = end < 0 ? plain : plain.substring(0, end);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }

  private static Opt option(OptionSpec option, String path) {
    String[] description = option.description();
    String meaning = description.length == 0 ? "" : sentence(description[0]);
    boolean flag = option.arity().max() == 0;
    Value value = flag ? null : value(option, path, option.longestName().replaceFirst("^-+", ""));
    return new Opt(
        Arrays.stream(option.names()).toList(),
        meaning.replace(
            "${COMPLETION-CANDIDATES}", value == null ? "" : String.join(", ", value.words())),
        value);
  }

  private static Position position(PositionalParamSpec one, String path) {
    boolean many = one.isMultiValue() || one.index().isVariable();
    return new Position(one.index().min(), many, value(one, path, ""));
  }

  private static Value value(ArgSpec arg, String path, String optionName) {
    Iterable<String> candidates = arg.completionCandidates();
    List<String> words =
        candidates == null
            ? List.of()
            : StreamSupport.stream(candidates.spliterator(), false).toList();
    return new Value(words, kind(arg, path, optionName));
  }

  private static String kind(ArgSpec arg, String path, String optionName) {
    String label = arg.paramLabel().replaceAll("[^A-Z]", "");
    Class<?> type = arg.isMultiValue() ? arg.auxiliaryTypes()[0] : arg.type();
    if (Path.class.equals(type)) {
      return label.startsWith("DIR") ? "directories" : "files";
    }
    String byOption = NOUNS.get(optionName);
    if (byOption != null) {
      return byOption;
    }
    List<String> words = List.of(path.split(" ", -1));
    boolean making = MAKING.contains(words.getLast());
    if (label.equals("NAME") && optionName.isEmpty() && words.size() > 1 && !making) {
      return NOUNS.getOrDefault(words.get(words.size() - 2), "");
    }
    return LABELS.getOrDefault(label, "");
  }
}
