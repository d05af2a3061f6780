package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.ExplainResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder explain URL`.
@Command(
    name = "explain",
    description = "Tells what a client would get for a URL now, and why.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder explain http://localhost:8080/arch/core/os/x86_64/core.db",
      "  larder explain /arch/core/os/x86_64/core.db",
      "  larder explain /repo/internal/x86_64/internal.db",
      "  larder explain https://geo.mirror.pkgbuild.com/core/os/x86_64/core.db"
    })
final class ExplainCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "URL",
      description = "As a client asks it, its path alone, or a URL of one of the upstreams.")
  private String url = "";

  ExplainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ExplainResult result =
        session
            .client()
            .get("/api/v1/explain?url=" + ConsoleClient.encoded(url), ExplainResult.class);
    Output output = session.output();
    if (output.isJson()) {
      output.json(result);
    } else if (output.quiet()) {
      output.line(Wording.plain(result.answer()));
    } else {
      Table table = new Table(Column.text("FACT"), Column.text("VALUE"));
      String mirror = result.mirror();
      table.add(
          mirror == null ? "repository" : "mirror",
          mirror == null ? String.valueOf(result.repository()) : mirror);
      table.add("path", result.path());
      result.steps().forEach(step -> table.add(step.fact(), step.value()));
      table.add("answer", new Cell(result.answer(), Tone.STRONG));
      output.table(table);
    }
    return ExitCode.OK.number();
  }
}
