package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.cli.CompletionModel.Entry;
import dev.larder.cli.CompletionModel.Opt;
import dev.larder.cli.CompletionModel.Position;
import dev.larder.cli.CompletionModel.Value;
import dev.larder.cli.CompletionModel.Word;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes the script by which a shell completes our commands.
///
/// Commands, options and fixed words stand in the script, so that completing them is a matter of
/// the shell alone. Only for names that a server knows does the script call `larder __complete`,
/// and then keeps them for a while (see [CompletionCache]).
final class CompletionScript {
  /// Begins every script, so that what others wrote is told from ours.
  static final String MARK = "written by: larder completion ";

  private CompletionScript() {}

  /// The shells we write for.
  enum Shell {
    BASH,
    ZSH,
    FISH;

    /// As the program is called.
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The shell of that name, or null.
    static @Nullable Shell named(String word) {
      return Stream.of(values())
          .filter(shell -> shell.word().equals(word))
          .findFirst()
          .orElse(null);
    }
  }

  static String of(Shell shell, CompletionModel model) {
    return switch (shell) {
      case BASH -> head("# bash completion for larder,", shell) + posix(model) + part("bash");
      case ZSH ->
          head("#compdef larder\n# zsh completion for larder,", shell)
              + posix(model)
              + described(model)
              + part("zsh");
      case FISH -> head("# fish completion for larder,", shell) + fish(model) + part("fish");
    };
  }

  private static String head(String first, Shell shell) {
    return "%s %s%s\n".formatted(first, MARK, shell.word());
  }

  private static String part(String ending) {
    String name = "completion." + ending;
    try (InputStream in = CompletionScript.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Two functions that bash and zsh both read, and what they do with them.
  private static String posix(CompletionModel model) {
    StringBuilder script = new StringBuilder();
    script.append("\n# The commands below command $1, and its options.\n_larder_at() {\n");
    script.append("  l_subs= l_opts=\n  case $1 in\n");
    String common = names(model.common());
    for (Entry entry : model.entries()) {
      script
          .append("    %s)\n".formatted(quoted(entry.path())))
          .append("      l_subs=%s\n".formatted(quoted(texts(entry.commands()))))
          .append(
              "      l_opts=%s\n"
                  .formatted(quoted((names(entry.options()) + " " + common).strip())))
          .append("      ;;\n");
    }
    script.append("  esac\n}\n\n");
    script.append("# What an option or argument takes: $1 is COMMAND OPTION or COMMAND @NUMBER.\n");
    script.append("_larder_takes() {\n  l_takes= l_words= l_kind=\n  case $1 in\n");
    takes(
        model,
        CompletionScript::quoted,
        (patterns, value) ->
            script
                .append("    %s)\n".formatted(String.join(" | ", patterns)))
                .append(
                    "      l_takes=1 l_words=%s l_kind=%s\n      ;;\n"
                        .formatted(quoted(String.join(" ", value.words())), value.kind())));
    return script.append("  esac\n}\n\n").toString() + part("sh");
  }

  /// Receives what one or several options or one argument take.
  private interface Case {
    void add(List<String> patterns, Value value);
  }

  /// An argument that stands for all that follow comes after those with a number of their own, and
  /// the options of every command come last: the first case that fits counts.
  private static void takes(CompletionModel model, UnaryOperator<String> quote, Case cases) {
    for (Entry entry : model.entries()) {
      for (Opt option : entry.options()) {
        if (option.value() != null) {
          cases.add(
              option.names().stream().map(name -> quote.apply(entry.path() + " " + name)).toList(),
              option.value());
        }
      }
      List<Position> ordered = new ArrayList<>(entry.positions());
      ordered.sort((a, b) -> Boolean.compare(a.many(), b.many()));
      for (Position position : ordered) {
        cases.add(
            List.of(
                position.many()
                    ? quote.apply(entry.path() + " @") + "*"
                    : quote.apply(entry.path() + " @" + position.index())),
            position.value());
      }
    }
    for (Opt option : model.common()) {
      if (option.value() != null) {
        cases.add(
            option.names().stream().map(name -> "*" + quote.apply(" " + name)).toList(),
            option.value());
      }
    }
  }

  /// The same as `_larder_at`, with meanings, as zsh's `_describe` takes them.
  private static String described(CompletionModel model) {
    StringBuilder script = new StringBuilder();
    script.append("\n# The commands below command $1 and its options, with what they mean.\n");
    script.append("_larder_described() {\n  l_commands=() l_options=()\n  case $1 in\n");
    for (Entry entry : model.entries()) {
      script.append("    %s)\n".formatted(quoted(entry.path())));
      script.append("      l_commands=(%s)\n".formatted(pairs(entry.commands().stream())));
      script.append(
          "      l_options=(%s)\n      ;;\n".formatted(pairs(words(entry.options(), model))));
    }
    return script.append("  esac\n}\n").toString();
  }

  private static String pairs(Stream<Word> words) {
    return words
        .map(word -> quoted(word.text().replace(":", "\\:") + ":" + word.meaning()))
        .collect(Collectors.joining(" "));
  }

  private static Stream<Word> words(List<Opt> own, CompletionModel model) {
    return Stream.concat(own.stream(), model.common().stream())
        .flatMap(option -> option.names().stream().map(name -> new Word(name, option.meaning())));
  }

  private static String fish(CompletionModel model) {
    StringBuilder script = new StringBuilder();
    script.append("\n# The commands below a command, and its options.\n");
    script.append("function __larder_at --argument-names at\n");
    script.append("    set -g __larder_subs\n    set -g __larder_opts\n    switch \"$at\"\n");
    for (Entry entry : model.entries()) {
      script.append("        case %s\n".formatted(fishQuoted(entry.path())));
      script.append(
          "            set -g __larder_subs%s\n".formatted(tabbed(entry.commands().stream())));
      script.append(
          "            set -g __larder_opts%s\n".formatted(tabbed(words(entry.options(), model))));
    }
    script.append("    end\nend\n\n");
    script.append("# What an option or argument takes: COMMAND OPTION or COMMAND @NUMBER.\n");
    script.append("function __larder_takes --argument-names what\n");
    script.append("    set -g __larder_takes\n    set -g __larder_words\n");
    script.append("    set -g __larder_kind\n    switch \"$what\"\n");
    takes(
        model,
        text -> text,
        (patterns, value) -> {
          String cases =
              patterns.stream().map(CompletionScript::fishQuoted).collect(Collectors.joining(" "));
          script.append("        case %s\n".formatted(cases));
          script.append("            set -g __larder_takes 1\n");
          if (!value.words().isEmpty()) {
            script.append(
                "            set -g __larder_words %s\n"
                    .formatted(
                        value.words().stream()
                            .map(CompletionScript::fishQuoted)
                            .collect(Collectors.joining(" "))));
          }
          if (!value.kind().isEmpty()) {
            script.append("            set -g __larder_kind %s\n".formatted(value.kind()));
          }
        });
    return script.append("    end\nend\n").toString();
  }

  private static String tabbed(Stream<Word> words) {
    return words
        .map(word -> " " + fishQuoted(word.text() + "\t" + word.meaning()))
        .collect(Collectors.joining());
  }

  private static String names(List<Opt> options) {
    return options.stream()
        .flatMap(option -> option.names().stream())
        .collect(Collectors.joining(" "));
  }

  private static String texts(List<Word> words) {
    return words.stream().map(Word::text).collect(Collectors.joining(" "));
  }

  /// For sh: nothing is special between single quotes.
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
