package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.CacheInfo;
import dev.larder.wire.CacheInfo.Part;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `larder cache usage`.
@Command(
    name = "usage",
    description = {
      "Shows what everything in the data directory takes of the disk, measured now as du(1) does, and"
          + " what mirrors may take."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  larder cache usage", "  larder cache usage -o json"})
final class CacheUsageCommand implements Callable<Integer> {
  private final Session session;

  CacheUsageCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CacheInfo info = session.client().patient().get("/api/v1/cache", CacheInfo.class);
    Output output = session.output();
    if (output.isJson()) {
      output.json(info);
      return ExitCode.OK.number();
    }
    output.table(table(output, info));
    if (output.isText() && !output.quiet()) {
      output.line(summary(output, info));
    }
    return ExitCode.OK.number();
  }

  private static String summary(Output output, CacheInfo info) {
    long taken =
        info.mirrors().stream().flatMap(CacheUsageCommand::parts).mapToLong(Part::bytes).sum();
    String disk =
        info.freeBytes() < 0
            ? ""
            : "; %s are free, %s stay so"
                .formatted(
                    output.words().size(info.freeBytes()),
                    output.words().size(info.minFreeBytes()));
    return "mirrors take %s of the %s they may (%s)%s"
        .formatted(
            output.words().size(taken),
            output.words().size(info.maxBytes()),
            output.words().percent(taken, info.maxBytes()),
            disk);
  }

  private static Stream<Part> parts(CacheInfo.Mirror mirror) {
    return Stream.of(
        mirror.files(), mirror.aside(), mirror.indexes(), mirror.partial(), mirror.quarantine());
  }

  private static Table table(Output output, CacheInfo info) {
    Table table =
        new Table(
            Column.text("WHAT"),
            Column.number("FILES"),
            Column.number("SIZE"),
            Column.number("ASIDE"),
            Column.number("INDEXES"),
            Column.number("PARTIAL"),
            Column.number("QUARANTINE"),
            Column.number("LIMIT"));
    for (CacheInfo.Mirror mirror : info.mirrors()) {
      List<Part> parts = parts(mirror).toList();
      table.add(
          mirror.name(),
          parts.getFirst().files(),
          output.words().size(parts.getFirst().bytes()),
          output.words().size(parts.get(1).bytes()),
          output.words().size(parts.get(2).bytes()),
          output.words().size(parts.get(3).bytes()),
          output.words().size(parts.get(4).bytes()),
          output.words().size(mirror.limitBytes()));
    }
    add(table, output, "repositories", info.repositories());
    add(table, output, "database", info.database());
    add(table, output, "other", info.other());
    add(table, output, "total", info.total());
    return table;
  }

  private static void add(Table table, Output output, String what, Part part) {
    String nothing = output.words().nothing();
    table.add(
        what,
        part.files(),
        output.words().size(part.bytes()),
        nothing,
        nothing,
        nothing,
        nothing,
        nothing);
  }
}
