package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.ReloadResult;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `larder reload`.
@Command(
    name = "reload",
    description = {
      "Has the server read its configuration again, as SIGHUP does, and shows what is different."
          + " Connections and downloads go on.",
      "A configuration that cannot be used changes nothing: what is wrong with it is shown, and the"
          + " exit code is 7."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  larder reload --dry-run", "  larder reload"})
final class ReloadCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only show what would be different, and whether it can be used.")
  private boolean dryRun;

  ReloadCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ReloadResult result = result();
    Output output = session.output();
    if (output.isJson()) {
      output.json(result);
    } else if (output.isText() && !output.quiet()) {
      told(output, result);
    } else if (!output.quiet()) {
      output.table(table(result));
    }
    return ExitCode.OK.number();
  }

  private ReloadResult result() {
    try {
      return session
          .client()
          .patient()
          .post("/api/v1/reload?dry-run=" + dryRun, null, ReloadResult.class);
    } catch (CommandFailed e) {
      // Where the server is stands in the same file: it may be unusable for us already.
      Throwable why = e.has(ErrorCode.INVALID_CONFIGURATION) ? e : e.getCause();
      if (e.exitCode() != ExitCode.CONFIGURATION || why == null) {
        throw e;
      }
      throw new CommandFailed(
          ExitCode.CONFIGURATION,
          "the configuration cannot be used, and nothing has changed:\n" + why.getMessage(),
          null,
          e);
    }
  }

  private static void told(Output output, ReloadResult result) {
    if (result.changes().isEmpty()) {
      output.line(
          "nothing has changed; keys and certificates "
              + (result.dryRun() ? "can be read" : "were read again"));
      return;
    }
    for (ReloadResult.Change change : result.changes()) {
      output.line(Wording.plain(line(change)));
    }
  }

  private static String line(ReloadResult.Change change) {
    String how =
        switch (change.what()) {
          case ADDED -> "added";
          case REMOVED -> "removed";
          case CHANGED ->
              change.secret() ? "changed" : value(change.before()) + " -> " + value(change.after());
        };
    return change.key() + ": " + how + (change.needsRestart() ? " (needs a restart)" : "");
  }

  private static String value(@Nullable String toml) {
    return Objects.requireNonNullElse(toml, "not set");
  }

  private static Table table(ReloadResult result) {
    Table table =
        new Table(
            Column.text("KEY"),
            Column.text("WHAT"),
            Column.text("BEFORE"),
            Column.text("AFTER"),
            Column.text("RESTART"));
    for (ReloadResult.Change change : result.changes()) {
      table.add(
          change.key(),
          switch (change.what()) {
            case ADDED -> "added";
            case REMOVED -> "removed";
            case CHANGED -> "changed";
          },
          Objects.requireNonNullElse(change.before(), ""),
          Objects.requireNonNullElse(change.after(), ""),
          change.needsRestart() ? "yes" : "no");
    }
    return table;
  }
}
