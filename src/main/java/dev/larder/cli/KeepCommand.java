package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.KeptList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder mirror keep`; `larder mirror unkeep` is beside it.
@Command(
    name = "keep",
    description = {
      "Keeps a directory of a mirror: nothing removes its files, neither to make room nor larder"
          + " cache purge, also those that come later. Without a directory, lists what is kept.",
      "Made for releases, which upstreams drop at their end of life."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder mirror keep freebsd-releases releases/amd64/amd64/14.1-RELEASE",
      "  larder mirror keep freebsd-releases"
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

  KeepCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String path = MirrorCommand.path(name) + "/kept";
    if (directory == null) {
      list(session.client().get(path, KeptList.class));
    } else {
      String place = path + "?path=" + ConsoleClient.encoded(directory);
      told(session, "kept", " yet", session.client().put(place, KeptInfo.class));
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
      output.table(table(output, list.kept()));
    }
  }

  private static Table table(Output output, List<KeptInfo> all) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("PATH"),
            Column.number("FILES"),
            Column.number("SIZE"));
    for (KeptInfo kept : all) {
      table.add(kept.mirror(), kept.path(), kept.files(), output.words().size(kept.bytes()));
    }
    return table;
  }

  /// Says what has become of a directory.
  ///
  /// @param what in one word or two: `kept`
  /// @param yet follows "nothing is here"
  static void told(Session session, String what, String yet, KeptInfo kept) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(kept);
    } else if (output.isText() && !output.quiet()) {
      output.line(
          "%s: %s, %s".formatted(what, Wording.plain(kept.path()), held(output, yet, kept)));
    } else if (!output.quiet()) {
      output.table(table(output, List.of(kept)));
    }
  }

  private static String held(Output output, String yet, KeptInfo kept) {
    return kept.files() == 0
        ? "of which nothing is here" + yet
        : Wording.count(kept.files(), "file") + ", " + output.words().size(kept.bytes());
  }
}
