package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.KeptList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder mirror keep`.
@Command(
    name = "keep",
    description = {
      "Keeps a directory of a mirror: larder cache rm leaves its files alone, also those that come"
          + " later. Without a directory, lists what is kept.",
      "Made for releases, which upstreams drop at their end of life."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder mirror keep freebsd-releases releases/amd64/amd64/14.1-RELEASE",
      "  larder mirror keep freebsd-releases",
      "  larder mirror keep freebsd-releases releases/amd64/amd64/14.1-RELEASE --undo"
    })
final class KeepCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "NAME", description = "The mirror's name.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIRECTORY",
      description = "Below the mirror, as larder cache ls shows paths.")
  private @Nullable String directory;

  @Option(names = "--undo", description = "No longer keep it. Nothing is removed by that.")
  private boolean undo;

  KeepCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String path = MirrorCommand.path(name) + "/kept";
    if (directory == null) {
      if (undo) {
        throw new CommandFailed(
            ExitCode.USAGE, "it is not said what to keep no longer", "name the directory");
      }
      list(session.client().get(path, KeptList.class));
    } else {
      String place = path + "?path=" + ConsoleClient.encoded(directory);
      told(
          undo
              ? session.client().delete(place, KeptInfo.class)
              : session.client().put(place, KeptInfo.class));
    }
    return ExitCode.OK.number();
  }

  private void list(KeptList list) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(list);
    } else if (output.quiet()) {
      list.kept().forEach(kept -> output.line(Wording.plain(kept.path())));
    } else if (output.isText() && list.kept().isEmpty()) {
      output.line("nothing is kept");
    } else {
      output.table(table(list.kept()));
    }
  }

  private Table table(List<KeptInfo> all) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("PATH"),
            Column.number("FILES"),
            Column.number("SIZE"));
    for (KeptInfo kept : all) {
      table.add(
          kept.mirror(), kept.path(), kept.files(), session.output().words().size(kept.bytes()));
    }
    return table;
  }

  private void told(KeptInfo kept) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(kept);
    } else if (output.isText() && !output.quiet()) {
      output.line(
          "%s: %s, %s"
              .formatted(undo ? "no longer kept" : "kept", Wording.plain(kept.path()), held(kept)));
    } else if (!output.quiet()) {
      output.table(table(List.of(kept)));
    }
  }

  private String held(KeptInfo kept) {
    return kept.files() == 0
        ? "of which nothing is here" + (undo ? "" : " yet")
        : Wording.count(kept.files(), "file") + ", " + session.output().words().size(kept.bytes());
  }
}
