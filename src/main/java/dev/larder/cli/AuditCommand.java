package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.AuditList;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `larder audit`.
@Command(
    name = "audit",
    description = {
      "Shows who changed what through the console, and who was refused, oldest first.",
      "The whole log is audit.ndjson in the data directory."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder audit",
      "  larder audit --since 7d --limit 1000 | grep token.create",
      "  larder audit --since 2026-03-01 -o json"
    })
final class AuditCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what is not older: 7d before now, or 2026-03-01.")
  private @Nullable String since;

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "At most so many, the newest; 1 to 1000. Default: 100.")
  private int limit = 100;

  AuditCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Instant now = session.surroundings().time().instant();
    String from =
        since == null ? "" : "&since=" + ConsoleClient.encoded(Moments.ago(since, now).toString());
    AuditList list = session.client().get("/api/v1/audit?limit=" + limit + from, AuditList.class);
    Output output = session.output();
    if (output.isJson()) {
      output.json(list);
    } else if (output.isText() && list.events().isEmpty()) {
      output.line("nothing was changed");
    } else {
      output.table(table(output, list));
    }
    return ExitCode.OK.number();
  }

  private static Table table(Output output, AuditList list) {
    Table table =
        new Table(
            Column.text("TIME"),
            Column.text("WHO"),
            Column.text("FROM"),
            Column.text("ACTION"),
            Column.text("REPOSITORY"),
            Column.shrinking("TARGET"),
            Column.text("RESULT"));
    for (AuditList.Event event : list.events()) {
      table.add(
          output.words().instant(event.time()),
          event.principal(),
          event.address(),
          event.action(),
          event.repository() == null ? output.words().nothing() : event.repository(),
          event.target() == null ? output.words().nothing() : event.target(),
          event.result().equals("ok") ? "ok" : new Cell(event.result(), Tone.BAD));
    }
    return table;
  }
}
