package dev.larder.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Tells the user what went wrong: one line, `larder: what and why; what to do`.
final class Failures {
  private final Options options;
  private final Surroundings surroundings;

  Failures(Options options, Surroundings surroundings) {
    this.options = options;
    this.surroundings = surroundings;
  }

  /// A command line that cannot be understood.
  int misused(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String line;
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      line = unmatched(unmatched, command);
    } else if (String.valueOf(e.getMessage()).startsWith("Missing required subcommand")) {
      line = "a command is missing: one of " + String.join(", ", names(command));
    } else {
      line = lowered(String.valueOf(e.getMessage()));
    }
    tell("%s; see: %s --help".formatted(Wording.plain(line), name), e);
    return ExitCode.USAGE.number();
  }

  /// A command that ended with an exception.
  int failed(Exception e, CommandLine command, ParseResult parsed) {
    return failed(e);
  }

  int failed(Exception e) {
    if (e instanceof CommandFailed failed) {
      // It may name a file, and whoever named that may have put anything into the name.
      tell(failed.line().lines().map(Wording::plain).collect(Collectors.joining("\n")), e);
      return failed.exitCode().number();
    }
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    tell(
        "this should not have happened: %s; please report it with the output of --debug"
            .formatted(Wording.plain(what)),
        e);
    return ExitCode.FAILED.number();
  }

  private void tell(String line, Exception e) {
    // What was written before the error must not appear behind it.
    surroundings.out().flush();
    surroundings.err().print("larder: " + line + "\n");
    if (options.debug) {
      e.printStackTrace(surroundings.err());
    }
    surroundings.err().flush();
  }

  private static String unmatched(UnmatchedArgumentException e, CommandLine command) {
    String word = e.getUnmatched().getFirst();
    List<String> similar = e.getSuggestions();
    String hint = similar.isEmpty() ? "" : "; did you mean: " + String.join(", ", similar);
    if (e.isUnknownOption()) {
      return "unknown option %s%s".formatted(word, hint);
    }
    return isGroup(command)
        ? "unknown command %s%s".formatted(word, hint)
        : "%s is one argument too many".formatted(word);
  }

  private static boolean isGroup(CommandLine command) {
    return !command.getSubcommands().isEmpty();
  }

  private static List<String> names(CommandLine command) {
    return command.getSubcommands().entrySet().stream()
        .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String lowered(String sentence) {
    String one = sentence.lines().findFirst().orElse("");
    return one.isEmpty()
        ? "not understood"
        : one.substring(0, 1).toLowerCase(Locale.ROOT) + one.substring(1);
  }
}
