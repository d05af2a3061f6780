package dev.larder.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// The reference page of the command line, made of the usage texts so that the two cannot differ.
final class Reference {
  private static final String HEAD =
      """
      # Command line

      This page is generated from `larder --help`; a test fails when it is out of date.

      Every command takes the options of `larder` itself, before or after its name. Output goes to
      standard output: aligned under headers on a terminal, tab-separated without headers when piped,
      JSON as the API gives it with `-o json`. Errors go to standard error in one line,
      `larder: what and why; what to do`.

      Fields of `-o tsv`, sizes in bytes and times in RFC 3339; one that is not known is empty. In
      `status` and `mirror show` the first field says what the line is about:

      | line | fields |
      |---|---|
      | `server` | version, Java, started, data directory, free, addresses (`,`) |
      | `mirror` | name, format, state, requests, hits, bytes from cache, bytes from upstream |
      | `upstream` | mirror, URL, state, retried at, why |
      | `root` | mirror, root, state, generation, fetched, checked, packages, held (`,`), why |
      | `fill` | mirror, path, received, size, readers, started, upstream |
      | `kept` | mirror, path |
      | of `mirror list` | name, format, state, path, number of roots, upstreams (space) |
      | of `mirror refresh` | mirror, outcome, generation, why |
      | of `mirror keep` | mirror, path, files, bytes |
      | of `cache ls` | mirror, path, size, modified, checked |
      | of `cache rm` | mirror, pattern, files, bytes, files that are kept |
      | of `explain` | fact, value |
      | of `version` | `client` or `server`, version, Java |

      States: `ok`, `idle` (no client has asked for an index yet), `degraded` (an upstream is left
      out), `failing` (the last refresh failed), `refused` (upstream offers an index that is not
      served).

      | exit code | meaning |
      |---|---|
      | 0 | done |
      | 1 | failed |
      | 2 | the command line cannot be understood |
      | 3 | what was named does not exist |
      | 4 | no token, or not the right one |
      | 5 | it contradicts the state of things |
      | 6 | the server cannot be reached |
      | 7 | the configuration is not valid |
      | 8 | what upstream offers did not pass verification |
      | 130 | interrupted |

      | variable | meaning |
      |---|---|
      | `LARDER_SERVER` | like `--server` |
      | `LARDER_TOKEN` | the token itself |
      | `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb` | colours off, on, off |
      """;

  private Reference() {}

  static String of(CommandLine root) {
    StringBuilder page = new StringBuilder(HEAD);
    append(page, root);
    return page.toString();
  }

  private static void append(StringBuilder page, CommandLine command) {
    String usage = command.getUsageMessage(Ansi.OFF).replace("\r\n", "\n");
    page.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```\n");
    usage.lines().forEach(line -> page.append(line.stripTrailing()).append('\n'));
    page.append("```\n");
    command.getSubcommands().values().stream()
        .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
        .forEach(sub -> append(page, sub));
  }
}
