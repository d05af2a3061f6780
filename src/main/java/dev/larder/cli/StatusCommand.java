package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Column;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.ServerInfo;
import dev.larder.wire.Status;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `larder status`.
@Command(
    name = "status",
    description = {
      "Shows how the server, its mirrors and the downloads under way stand.",
      "As tsv, the first field says what a line is about: server, waiting, mirror, upstream, root,"
          + " fill, kept, repo."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder status",
      "  larder status -o json | jq '.mirrors[].fills'",
      "  larder status | awk -F'\\t' '$1 == \"root\" && $4 != \"ok\"'"
    })
final class StatusCommand implements Callable<Integer> {
  private final Session session;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Status status = session.client().get("/api/v1/status", Status.class);
    Output output = session.output();
    MirrorTables tables = new MirrorTables(output);
    if (output.isJson()) {
      output.json(status);
    } else if (output.quiet()) {
      for (MirrorInfo mirror : status.mirrors()) {
        output.line(Wording.plain(mirror.name()) + "\t" + MirrorState.of(mirror));
      }
    } else if (output.isText()) {
      writeServer(output, status.server());
      tables.writeText(status.mirrors(), false);
      if (!status.repositories().isEmpty()) {
        output.line("");
        RepoCommand.table(status.repositories(), output)
            .writeAligned(output.out(), output.paint(), output.width());
      }
    } else {
      serverTable(status.server(), output.words()).writeTabbed(output.out(), "server");
      status.server().waiting().forEach(why -> output.line("waiting\t" + Wording.plain(why)));
      tables.writeTabbed(status.mirrors());
      RepoCommand.table(status.repositories(), output).writeTabbed(output.out(), "repo");
    }
    return ExitCode.OK.number();
  }

  private void writeServer(Output output, ServerInfo server) {
    Wording words = output.words();
    Duration up = Duration.between(server.startedAt(), words.time().instant());
    output.line(
        "%s %s at %s, up %s (Java %s)"
            .formatted(
                output.painted(Tone.STRONG, "larder"),
                Wording.plain(server.version()),
                session.destination().server(),
                words.span(up),
                Wording.plain(server.java())));
    output.line("  packages  " + Wording.plain(String.join("  ", server.packages())));
    if (server.publicUrl() != null) {
      output.line("  public    " + Wording.plain(server.publicUrl()));
    }
    server
        .own()
        .forEach((content, urls) ->
            output.line(
                "  %-8s  %s"
                    .formatted(Wording.plain(content), Wording.plain(String.join("  ", urls)))));
    server.waiting().forEach(why -> output.line("  waiting   " + Wording.plain(why)));
    output.line(
        "  data      %s, %s free"
            .formatted(Wording.plain(server.data()), words.size(server.freeBytes())));
  }

  private static Table serverTable(ServerInfo server, Wording words) {
    Table table =
        new Table(
            Column.text("VERSION"),
            Column.text("JAVA"),
            Column.text("STARTED"),
            Column.text("DATA"),
            Column.number("FREE"),
            Column.text("PACKAGES"));
    table.add(
        server.version(),
        server.java(),
        words.instant(server.startedAt()),
        server.data(),
        words.size(server.freeBytes()),
        String.join(",", server.packages()));
    return table;
  }
}
