package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.CleanupResult;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `larder cache gc`.
@Command(
    name = "gc",
    description = {
      "Tidies up now, as the server does by itself every hour and when the disk is nearly full:"
          + " removes what is older than its mirror keeps it, and what is too much."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder cache gc --dry-run",
      "  larder cache gc --free 20GiB --dry-run",
      "  larder cache gc --free 10%%"
    })
final class CacheGcCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only show what would go, and why.")
  private boolean dryRun;

  @Option(
      names = "--free",
      paramLabel = "SIZE",
      description = "Free so much at least: 20GiB, or a part of max-size, 10%%.")
  private @Nullable String free;

  CacheGcCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String path =
        "/api/v1/cache/gc?dry-run="
            + dryRun
            + (free == null ? "" : "&free=" + ConsoleClient.encoded(free));
    CleanupResult result = session.client().patient().post(path, null, CleanupResult.class);
    Output output = session.output();
    if (output.isJson()) {
      output.json(result);
    } else if (output.isText() && !output.quiet()) {
      told(output, result);
    } else if (!output.quiet()) {
      output.table(table(output, result));
    }
    return ExitCode.OK.number();
  }

  private static void told(Output output, CleanupResult result) {
    if (result.files() == 0) {
      output.line(result.dryRun() ? "nothing would go" : "there was nothing to remove");
      return;
    }
    output.table(table(output, result));
    String more =
        result.items().size() < result.files()
            ? "; the first %d are shown".formatted(result.items().size())
            : "";
    output.line(
        "%s %s, %s%s"
            .formatted(
                result.dryRun() ? "would remove" : "removed",
                Wording.count(result.files(), "file"),
                output.words().size(result.bytes()),
                more));
  }

  private static Table table(Output output, CleanupResult result) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("PATH"),
            Column.number("SIZE"),
            Column.text("USED"),
            Column.text("WHY"));
    for (CleanupResult.Item item : result.items()) {
      table.add(
          item.mirror(),
          item.path(),
          output.words().size(item.bytes()),
          output.words().instant(item.usedAt()),
          item.why());
    }
    return table;
  }
}
