package dev.larder.cli;

import dev.larder.wire.FilePage;
import dev.larder.wire.RemovalResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder cache purge`.
@Command(
    name = "purge",
    description = {
      "Removes files, and forgets that upstreams did not have such files. They are fetched again when"
          + " a client asks for them. What is kept stays; see larder mirror keep."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder cache purge 'linux-6.11*'",
      "  larder cache purge 'core/**' --mirror arch --yes"
    })
final class CachePurgeCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "GLOB", description = CacheCommand.GLOB)
  private String glob = "";

  @Option(
      names = {"-m", "--mirror"},
      paramLabel = "MIRROR",
      description = "Of this mirror only. Default: of all.")
  private @Nullable String mirror;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  CachePurgeCommand(Session session) {
    this.session = session;
  }

  /// What `-o json` shows.
  ///
  /// @param mirrors what was removed of each
  private record Purged(List<RemovalResult> mirrors) {}

  @Override
  public Integer call() {
    Output output = session.output();
    if (!yes) {
      Confirmation.ask(session, this::question);
    }
    List<RemovalResult> results = new ArrayList<>();
    for (String name : CacheCommand.mirrors(session, mirror)) {
      results.add(
          session.client().patient().delete(CacheCommand.path(name, glob), RemovalResult.class));
    }
    if (output.isJson()) {
      output.json(new Purged(results));
    } else if (output.isText() && !output.quiet()) {
      results.forEach(result -> output.line(told(output, result)));
    } else if (!output.quiet()) {
      results.forEach(result -> output.line(tabbed(result)));
    }
    return ExitCode.OK.number();
  }

  private static String told(Output output, RemovalResult result) {
    String left =
        result.kept() == 0
            ? ""
            : "; left %s that are kept, see larder mirror keep %s"
                .formatted(Wording.count(result.kept(), "file"), Wording.plain(result.mirror()));
    return "%s: removed %s, %s%s"
        .formatted(
            Wording.plain(result.mirror()),
            Wording.count(result.files(), "file"),
            output.words().size(result.bytes()),
            left);
  }

  private static String tabbed(RemovalResult result) {
    return String.join(
        "\t",
        Wording.plain(result.mirror()),
        Wording.plain(result.glob()),
        String.valueOf(result.files()),
        String.valueOf(result.bytes()),
        String.valueOf(result.kept()));
  }

  private String question() {
    long[] sum = new long[2];
    for (String name : CacheCommand.mirrors(session, mirror)) {
      CacheCommand.eachPage(
          session,
          name,
          glob,
          page -> {
            sum[0] += page.size();
            sum[1] += page.stream().mapToLong(FilePage.File::size).sum();
          });
    }
    return "Remove %s, %s?".formatted(Wording.count(sum[0], "file"), Wording.iec(sum[1]));
  }
}
