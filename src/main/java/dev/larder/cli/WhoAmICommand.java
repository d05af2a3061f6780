package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Column;
import dev.larder.wire.WhoAmI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `larder whoami`.
@Command(
    name = "whoami",
    description = "Shows who the server takes you for, and what you may do.",
    footerHeading = "%nExamples:%n",
    footer = {"  larder whoami", "  LARDER_TOKEN=... larder whoami -o json"})
final class WhoAmICommand implements Callable<Integer> {
  private final Session session;

  WhoAmICommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    WhoAmI who = session.client().get("/api/v1/whoami", WhoAmI.class);
    Output output = session.output();
    String scopes = String.join(" ", who.scopes());
    if (output.isJson()) {
      output.json(who);
    } else if (output.quiet()) {
      output.line(Wording.plain(who.principal()));
    } else if (output.isText()) {
      output.line(
          "%s at %s, may %s"
              .formatted(
                  output.painted(Tone.STRONG, who.principal()),
                  session.destination().server(),
                  Wording.plain(scopes)));
    } else {
      Table table = new Table(Column.text("PRINCIPAL"), Column.text("KIND"), Column.text("SCOPES"));
      table.add(who.principal(), who.kind(), scopes);
      output.table(table);
    }
    return ExitCode.OK.number();
  }
}
