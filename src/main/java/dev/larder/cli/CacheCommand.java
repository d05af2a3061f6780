package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.FilePage;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.MirrorList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder cache usage | ls | gc | purge | scrub`.
@Command(
    name = "cache",
    description = "Shows what mirrors take of the disk, and removes or checks files of theirs.",
    synopsisSubcommandLabel = "COMMAND")
final class CacheCommand {
  private static final int PAGE = 1000;
  static final String GLOB =
      "* and ? stay within a name, ** crosses slashes; without a slash the file's name is compared,"
          + " else the whole path.";

  private CacheCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new CacheCommand())
        .addSubcommand(new CacheUsageCommand(session))
        .addSubcommand(new ListFiles(session))
        .addSubcommand(new CacheGcCommand(session))
        .addSubcommand(new CachePurgeCommand(session))
        .addSubcommand(new CacheScrubCommand(session));
  }

  static String path(String mirror, String glob) {
    return "/api/v1/mirrors/%s/files?glob=%s"
        .formatted(ConsoleClient.encoded(mirror), ConsoleClient.encoded(glob));
  }

  /// Hands on every page of the files that match, until the reader has gone.
  static void eachPage(
      Session session, String mirror, String glob, Consumer<List<FilePage.File>> reader) {
    @Nullable String cursor = "";
    while (cursor != null && !session.surroundings().out().checkError()) {
      FilePage page =
          session
              .client()
              .get(
                  path(mirror, glob)
                      + "&limit=%d&cursor=%s".formatted(PAGE, ConsoleClient.encoded(cursor)),
                  FilePage.class);
      reader.accept(page.files());
      cursor = page.next();
    }
  }

  /// The names of all mirrors, or the one that is given.
  static List<String> mirrors(Session session, @Nullable String mirror) {
    return mirror != null
        ? List.of(mirror)
        : session.client().get("/api/v1/mirrors", MirrorList.class).mirrors().stream()
            .map(MirrorInfo::name)
            .toList();
  }

  @Command(
      name = "ls",
      description = "Lists the files that are held: mirror, path, size, modified, checked.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder cache ls",
        "  larder cache ls arch 'linux-*'",
        "  larder cache ls arch 'core/**' | sort -k3n | tail"
      })
  private static final class ListFiles implements Callable<Integer> {
    private final Session session;

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "MIRROR",
        description = "The mirror's name. Default: all of them.")
    private @Nullable String mirror;

    @Parameters(index = "1", arity = "0..1", paramLabel = "GLOB", description = GLOB)
    private String glob = "**";

    ListFiles(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Output output = session.output();
      if (output.isJson() || (output.isText() && !output.quiet())) {
        List<FilePage.File> all = new ArrayList<>();
        each(all::addAll);
        if (output.isJson()) {
          output.json(new FilePage(all, null));
        } else {
          write(output, all);
        }
      } else {
        each(page -> writePage(output, page));
      }
      return ExitCode.OK.number();
    }

    private void each(Consumer<List<FilePage.File>> reader) {
      mirrors(session, mirror).forEach(name -> eachPage(session, name, glob, reader));
    }

    private static void writePage(Output output, List<FilePage.File> page) {
      if (output.quiet()) {
        page.forEach(file -> output.line(Wording.plain(file.path())));
      } else {
        output.table(table(output, page));
      }
    }

    private static void write(Output output, List<FilePage.File> files) {
      if (files.isEmpty()) {
        output.line("no files");
        return;
      }
      output.table(table(output, files));
      long bytes = files.stream().mapToLong(FilePage.File::size).sum();
      output.line(Wording.count(files.size(), "file") + ", " + output.words().size(bytes));
    }

    private static Table table(Output output, List<FilePage.File> files) {
      Table table =
          new Table(
              Column.text("MIRROR"),
              Column.text("PATH"),
              Column.number("SIZE"),
              Column.text("MODIFIED"),
              Column.text("CHECKED"));
      for (FilePage.File file : files) {
        table.add(
            file.mirror(),
            file.path(),
            output.words().size(file.size()),
            output.words().instant(file.lastModified()),
            file.checked() ? "yes" : "no");
      }
      return table;
    }
  }
}
