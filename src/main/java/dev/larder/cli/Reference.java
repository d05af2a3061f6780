package dev.larder.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
      JSON as the API gives it with `-o json`. What `serve`, `config`, `completion`, `man` and `help`
      print has one form. Errors go to standard error in one line,
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
      | `repo` | of `status`: as of `repo list` |
      | of `reload` | key, `added`, `removed` or `changed`; before, after, whether it needs a restart (`yes`, `no`) |
      | of `mirror list` | name, format, state, path, number of roots, upstreams (space) |
      | of `mirror refresh` | mirror, outcome, generation, why |
      | of `mirror keep`, `mirror unkeep` | mirror, path, files, bytes |
      | of `cache usage` | mirror, `repositories`, `database`, `other` or `total`; files, bytes, bytes aside, of indexes, partial, in quarantine, limit |
      | of `cache ls` | mirror, path, size, modified, checked |
      | of `cache gc` | mirror, path, bytes, last used, why |
      | of `cache purge` | mirror, pattern, files, bytes, files that are kept |
      | of `cache scrub` | `damaged`, mirror, path; last `read`, files, bytes, files with nothing to compare |
      | of `explain` | fact, value |
      | of `repo list`, `repo show`, `repo create` | name, format, architectures or ABIs (space), packages, size, generation, changed, keys (space) |
      | of `repo add`, `repo remove`, `repo keyring`, `generation diff`, `rollback` and `promote` | `added`, `removed` or `changed`; package, version before, version after, architecture or ABI |
      | of `repo search`, `repo info` | package, version, architecture or ABI, size, signed (`yes`, `no`), description |
      | of `repo files` | path |
      | of `repo lint` | `error`, `warning` or `note`; package, architecture or ABI, rule, message |
      | of `repo verify` | `restored` or `damaged`; path, what |
      | of `generation list` | number, `current` or `held`; made, packages, changes (`, `) |
      | of `key list`, and what changes a key | name, kind, origin, state, expires, fingerprint, used by (`, `) |
      | of `key show` | `current`, `next` or `retired`; number, fingerprint, added, expires, retired, user ID |
      | of `key remove` | name |
      | of `job list` | id, `running`, `done` or `failed`; action, repository, who, started, ended |
      | of `events` | time, type, repository, the rest as JSON |
      | of `token create` | id, name, token |
      | of `token list`, `token revoke` | id, name, scopes (space), created, used, expires, made by |
      | of `token hash` | hash; with `--new` token, hash |
      | of `whoami` | principal, kind, scopes (space) |
      | of `audit` | time, who, from where, action, repository, target, result |
      | of `version` | `client` or `server`, version, Java |
      | of `login` | context, server, principal, scopes (`,`) |
      | of `context list` | name, current, server, where the token is |
      | of `context show` | fact, value |

      States: `ok`, `idle` (no client has asked for an index yet), `degraded` (an upstream is left
      out), `failing` (the last refresh failed), `refused` (upstream offers an index that is not
      served). States of keys: `ok`, `expiring`, `expired`, `rotating`.

      `repo delete`, `repo sign`, `context use` and `logout` write nothing then.
      """;

  /// Variables that every command heeds, and what they mean.
  static final Map<String, String> VARIABLES = variables();

  private Reference() {}

  private static Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("LARDER_SERVER", "like `--server`");
    variables.put("LARDER_CONTEXT", "like `--context`");
    variables.put("LARDER_TOKEN", "the token itself");
    variables.put("LARDER_CONFIG", "like `--config`");
    variables.put("SSL_CERT_FILE", "certificates to trust instead of the system's");
    variables.put("NO_COLOR, CLICOLOR_FORCE, TERM=dumb", "colours off, on, off");
    return Collections.unmodifiableMap(variables);
  }

  private static String facts() {
    StringBuilder facts = new StringBuilder("\n| exit code | meaning |\n|---|---|\n");
    for (ExitCode code : ExitCode.values()) {
      facts.append("| %d | %s |\n".formatted(code.number(), code.meaning()));
    }
    facts.append(
        """

        An option goes before a variable, and a variable before the context that is current. An option
        `--config` means the server of that configuration, unless `--server` or `--context` names
        another.

        | variable | meaning |
        |---|---|
        """);
    VARIABLES.forEach((name, meaning) ->
        facts.append("| `%s` | %s |\n".formatted(name.replace(", ", "`, `"), meaning)));
    return facts.toString();
  }

  static String of(CommandLine root) {
    StringBuilder page = new StringBuilder(HEAD).append(facts());
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
