package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.VersionInfo;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/// `larder version`. Works without a server, and says so if there is none.
@Command(
    name = "version",
    description = "Shows the version of this program and of the server.",
    footerHeading = "%nExamples:%n",
    footer = {"  larder version", "  larder version -q"})
final class VersionCommand implements Callable<Integer> {
  private final Session session;
  private final VersionInfo client;

  VersionCommand(Session session, String version) {
    this.session = session;
    this.client = new VersionInfo(version, Runtime.version().toString());
  }

  /// Both versions.
  ///
  /// @param client this program
  /// @param server the server, or null if it cannot be asked
  /// @param serverError why it cannot be asked, or null
  record Versions(VersionInfo client, @Nullable VersionInfo server, @Nullable String serverError) {}

  @Override
  public Integer call() {
    Output output = session.output();
    if (output.quiet()) {
      output.line(client.version());
      return ExitCode.OK.number();
    }
    Versions versions = versions();
    VersionInfo server = versions.server();
    if (output.isJson()) {
      output.json(versions);
    } else if (output.isText()) {
      output.line("larder %s (Java %s)".formatted(client.version(), client.java()));
      output.line(
          server == null
              ? "server: " + versions.serverError()
              : "server %s (Java %s) at %s"
                  .formatted(
                      Wording.plain(server.version()),
                      Wording.plain(server.java()),
                      session.destination().server()));
    } else {
      Table table = new Table(Column.text("WHAT"), Column.text("VERSION"), Column.text("JAVA"));
      table.add("client", client.version(), client.java());
      if (server != null) {
        table.add("server", server.version(), server.java());
      }
      output.table(table);
    }
    return ExitCode.OK.number();
  }

  private Versions versions() {
    try {
      return new Versions(client, session.client().get("/api/v1/version", VersionInfo.class), null);
    } catch (CommandFailed e) {
      return new Versions(client, null, e.line());
    }
  }
}
