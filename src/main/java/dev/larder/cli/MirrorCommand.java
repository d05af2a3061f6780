package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Column;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.MirrorList;
import dev.larder.wire.RefreshRequest;
import dev.larder.wire.RefreshResult;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder mirror list | show | refresh | keep | unkeep`.
@Command(
    name = "mirror",
    description = "Shows mirrors, asks their upstreams, keeps what is not to go.",
    synopsisSubcommandLabel = "COMMAND")
final class MirrorCommand {
  private MirrorCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new MirrorCommand())
        .addSubcommand(new ListMirrors(session))
        .addSubcommand(new ShowMirror(session))
        .addSubcommand(new RefreshMirror(session))
        .addSubcommand(new KeepCommand(session))
        .addSubcommand(new UnkeepCommand(session));
  }

  static String path(String mirror) {
    return "/api/v1/mirrors/" + ConsoleClient.encoded(mirror);
  }

  @Command(
      name = "list",
      description = "Lists the mirrors.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder mirror list", "  larder mirror list -q"})
  private static final class ListMirrors implements Callable<Integer> {
    private final Session session;

    ListMirrors(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      MirrorList list = session.client().get("/api/v1/mirrors", MirrorList.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
        return ExitCode.OK.number();
      }
      if (output.quiet()) {
        list.mirrors().forEach(mirror -> output.line(Wording.plain(mirror.name())));
        return ExitCode.OK.number();
      }
      Table table =
          new Table(
              Column.text("NAME"),
              Column.text("FORMAT"),
              Column.text("STATE"),
              Column.text("PATH"),
              Column.number("ROOTS"),
              Column.text("UPSTREAMS"));
      for (MirrorInfo mirror : list.mirrors()) {
        table.add(
            mirror.name(),
            mirror.format(),
            MirrorState.of(mirror).cell(),
            mirror.path(),
            mirror.roots().size(),
            String.join(" ", mirror.upstreams().stream().map(MirrorInfo.Upstream::url).toList()));
      }
      output.table(table);
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "show",
      description = {
        "Shows one mirror: its roots, upstreams and downloads under way.",
        "As tsv, the first field says what a line is about: mirror, upstream, root, fill, kept."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder mirror show arch", "  larder mirror show arch -o json"})
  private static final class ShowMirror implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The mirror's name.")
    private String name = "";

    ShowMirror(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      MirrorInfo mirror = session.client().get(path(name), MirrorInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(mirror);
      } else if (output.quiet()) {
        output.line(MirrorState.of(mirror).toString());
      } else if (output.isText()) {
        output.line(
            "%s (%s) answers at %s"
                .formatted(
                    output.painted(Tone.STRONG, mirror.name()),
                    Wording.plain(mirror.format()),
                    Wording.plain(mirror.path())));
        new MirrorTables(output).writeText(List.of(mirror), true);
      } else {
        new MirrorTables(output).writeTabbed(List.of(mirror));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "refresh",
      description = "Asks the upstreams of a mirror for newer indexes now.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder mirror refresh arch", "  larder mirror refresh arch --accept"})
  private static final class RefreshMirror implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The mirror's name.")
    private String name = "";

    @Option(
        names = "--accept",
        description = "Take what upstream offers even if it is older than what is served.")
    private boolean accept;

    RefreshMirror(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RefreshResult result =
          session
              .client()
              .patient()
              .post(path(name) + "/refresh", new RefreshRequest(accept), RefreshResult.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(result);
      } else if (!output.quiet()) {
        write(output, result);
      }
      return switch (result.outcome()) {
        case UNCHANGED, SWITCHED, NOTHING -> ExitCode.OK.number();
        case REFUSED ->
            throw new CommandFailed(
                ExitCode.VERIFICATION,
                "%s: upstream's index is refused: %s".formatted(name, why(result)),
                accept
                    ? "nothing was changed"
                    : "if it is right, take it with: larder mirror refresh " + name + " --accept");
        case UNREACHABLE ->
            throw new CommandFailed(
                ExitCode.FAILED,
                "%s: no upstream could be asked: %s".formatted(name, why(result)),
                "what is held is still served");
      };
    }

    private static void write(Output output, RefreshResult result) {
      if (!output.isText()) {
        Table table =
            new Table(
                Column.text("MIRROR"),
                Column.text("OUTCOME"),
                Column.number("GENERATION"),
                Column.text("WHY"));
        table.add(
            result.mirror(),
            result.outcome().name().toLowerCase(Locale.ROOT),
            result.generation() == null ? "" : result.generation(),
            why(result));
        output.table(table);
        return;
      }
      switch (result.outcome()) {
        case UNCHANGED ->
            output.line(
                "%s: up to date, generation %d"
                    .formatted(Wording.plain(result.mirror()), result.generation()));
        case SWITCHED ->
            output.line(
                "%s: generation %d is current now"
                    .formatted(Wording.plain(result.mirror()), result.generation()));
        case NOTHING ->
            output.line(
                "%s: nothing to refresh, no client has asked for an index yet"
                    .formatted(Wording.plain(result.mirror())));
        case REFUSED, UNREACHABLE -> {
          // Told as an error.
        }
      }
    }

    private static String why(RefreshResult result) {
      return result.why() == null ? "" : Wording.plain(result.why());
    }
  }
}
