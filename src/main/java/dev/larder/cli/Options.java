package dev.larder.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command `larder` itself: the options every command takes, before or after its name.
@Command(
    name = "larder",
    synopsisSubcommandLabel = "COMMAND",
    description = "Keeps packages close to the machines that need them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder status",
      "  larder explain http://localhost:8080/arch/core/os/x86_64/core.db",
      "  larder cache ls arch 'linux-*' -o json",
      "",
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not authenticated,",
      "  5 conflict, 6 server unreachable, 7 configuration not valid,",
      "  8 verification failed, 130 interrupted"
    })
final class Options implements GlobalOptions {
  /// The value of `-o`.
  enum Format {
    TEXT,
    JSON,
    TSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Surroundings surroundings;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Configuration of this machine (or LARDER_CONFIG), to talk to its server whichever context"
              + " is current. Default: the usual places.")
  @Nullable Path config;

  @Option(
      names = "--server",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description =
          "The console to talk to (or LARDER_SERVER). Default: that of the context, else the one of"
              + " this machine's configuration.")
  @Nullable String server;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description =
          "A server that larder login was called for (or LARDER_CONTEXT). Default: the current one"
              + " of larder context list.")
  @Nullable String context;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "File with the token (or the token itself in LARDER_TOKEN). Default: that of the context;"
              + " cli.token in the data directory, for the console of this machine's"
              + " configuration.")
  @Nullable Path tokenFile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description =
          "${COMPLETION-CANDIDATES}. Default: text on a terminal, tsv when piped. In tsv, sizes are"
              + " in bytes and times in RFC 3339.")
  @Nullable Format format;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Only names in lists, and nothing where something was done.")
  boolean quiet;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      scope = ScopeType.INHERIT,
      description = "${COMPLETION-CANDIDATES}. Default: auto; NO_COLOR and CLICOLOR_FORCE count.")
  Paint.When color = Paint.When.AUTO;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  boolean debug;

  Options(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public @Nullable Path config() {
    return config;
  }

  @Override
  public boolean json() {
    return format == Format.JSON;
  }

  @Override
  public boolean quiet() {
    return quiet;
  }

  @Override
  public boolean coloured() {
    return paint().coloured();
  }

  Paint paint() {
    return Paint.of(color, surroundings.environment(), surroundings.terminal().out());
  }
}
