package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder context list | use | show`.
@Command(
    name = "context",
    description = "Shows the servers larder login was called for, and chooses among them.",
    synopsisSubcommandLabel = "COMMAND")
final class ContextCommand {
  private ContextCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new ContextCommand())
        .addSubcommand(new ListContexts(session))
        .addSubcommand(new UseContext(session))
        .addSubcommand(new ShowContext(session));
  }

  /// A context as it may be seen: without its token.
  ///
  /// @param name what the user calls it
  /// @param server base URL of the console
  /// @param token where the token is: `cli.json`, or the path of its file
  /// @param ca file with the certificates to trust, or null for what the system trusts
  /// @param insecure whether the token may travel unencrypted
  /// @param current whether commands use it
  record Seen(
      String name,
      String server,
      String token,
      @Nullable String ca,
      boolean insecure,
      boolean current) {
    static Seen of(Context context, Contexts contexts) {
      Context current = contexts.current();
      return new Seen(
          context.name(),
          context.server(),
          context.tokenFile() == null ? "cli.json" : context.tokenFile(),
          context.ca(),
          context.isInsecure(),
          current != null && current.name().equals(context.name()));
    }
  }

  /// What `context list -o json` shows.
  record SeenList(List<Seen> contexts) {}

  @Command(
      name = "list",
      description = "Lists the contexts.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder context list", "  larder context list -q"})
  private static final class ListContexts implements Callable<Integer> {
    private final Session session;

    ListContexts(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Contexts contexts = Contexts.read(session.surroundings());
      List<Seen> all = contexts.all().stream().map(each -> Seen.of(each, contexts)).toList();
      Output output = session.output();
      if (output.isJson()) {
        output.json(new SeenList(all));
      } else if (output.quiet()) {
        all.forEach(each -> output.line(each.name()));
      } else if (output.isText() && all.isEmpty()) {
        output.line("no contexts; commands use the server of this machine");
      } else {
        output.table(table(all));
      }
      return ExitCode.OK.number();
    }

    private static Table table(List<Seen> all) {
      Table table =
          new Table(
              Column.text("NAME"),
              Column.text("CURRENT"),
              Column.text("SERVER"),
              Column.text("TOKEN"));
      for (Seen each : all) {
        table.add(
            each.name(),
            each.current() ? new Cell("yes", Tone.GOOD) : "no",
            each.server(),
            each.token());
      }
      return table;
    }
  }

  @Command(
      name = "use",
      description = "Makes a context the one that commands use.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder context use work", "  larder context use --local"})
  private static final class UseContext implements Callable<Integer> {
    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The context's name.")
    private @Nullable String name;

    @Option(names = "--local", description = "None of them: use the server of this machine.")
    private boolean local;

    UseContext(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (local == (name != null)) {
        throw new CommandFailed(
            ExitCode.USAGE, "it is not clear what to use", "name a context, or say --local");
      }
      Contexts contexts = Contexts.read(session.surroundings());
      Context meant = name == null ? null : contexts.named(name, null);
      contexts.using(meant);
      CompletionCache.clear(session.surroundings());
      Output output = session.output();
      if (output.isText() && !output.quiet()) {
        output.line(
            meant == null
                ? "commands use the server of this machine now"
                : "commands use context %s now: %s".formatted(meant.name(), meant.server()));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "show",
      description = {
        "Shows a context; without a name, which server commands use now, and what made them.",
        "The token itself is never shown."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder context show", "  larder context show work -o json"})
  private static final class ShowContext implements Callable<Integer> {
    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The context's name.")
    private @Nullable String name;

    ShowContext(Session session) {
      this.session = session;
    }

    /// What `context show -o json` shows without a name.
    ///
    /// @param server base URL of the console
    /// @param by what named it
    /// @param token where the token is from, or where it was looked for
    /// @param hasToken whether there is one
    record InUse(String server, String by, String token, boolean hasToken) {}

    @Override
    public Integer call() {
      Output output = session.output();
      Table table = new Table(Column.text("FACT"), Column.text("VALUE"));
      if (name == null) {
        Destination now = session.destination();
        boolean hasToken = now.token() != null;
        if (output.isJson()) {
          output.json(new InUse(now.server().toString(), now.origin(), now.tokenPlace(), hasToken));
          return ExitCode.OK.number();
        }
        table.add("server", now.server());
        table.add("named by", now.origin());
        table.add("token", hasToken ? "from " + now.tokenPlace() : "none: " + now.tokenPlace());
        quietly(output, now.server().toString(), table);
        return ExitCode.OK.number();
      }
      Contexts contexts = Contexts.read(session.surroundings());
      Seen seen = Seen.of(contexts.named(name, null), contexts);
      if (output.isJson()) {
        output.json(seen);
        return ExitCode.OK.number();
      }
      table.add("context", seen.name());
      table.add("server", seen.server());
      table.add("token", "in " + seen.token());
      table.add("trusts", seen.ca() == null ? "what the system trusts" : seen.ca());
      table.add("insecure", seen.insecure() ? "yes" : "no");
      table.add("current", seen.current() ? "yes" : "no");
      quietly(output, seen.server(), table);
      return ExitCode.OK.number();
    }

    private static void quietly(Output output, String server, Table table) {
      if (output.quiet()) {
        output.line(server);
      } else {
        output.table(table);
      }
    }
  }
}
