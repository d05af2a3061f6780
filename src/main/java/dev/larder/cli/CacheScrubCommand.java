package dev.larder.cli;

import dev.larder.wire.ScrubResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder cache scrub`.
@Command(
    name = "scrub",
    description = {
      "Reads files and compares them with what they were when they came. One that has changed on the"
          + " disk is put into quarantine and fetched again."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  larder cache scrub", "  larder cache scrub arch 'core/**'"})
final class CacheScrubCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MIRROR",
      description = "The mirror's name. Default: all of them.")
  private @Nullable String mirror;

  @Parameters(index = "1", arity = "0..1", paramLabel = "GLOB", description = CacheCommand.GLOB)
  private @Nullable String glob;

  CacheScrubCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<String> query = new ArrayList<>();
    if (mirror != null) {
      query.add("mirror=" + ConsoleClient.encoded(mirror));
    }
    if (glob != null) {
      query.add("glob=" + ConsoleClient.encoded(glob));
    }
    String path = "/api/v1/cache/scrub" + (query.isEmpty() ? "" : "?" + String.join("&", query));
    ScrubResult result = session.client().patient().post(path, null, ScrubResult.class);
    tell(result);
    return result.damaged().isEmpty() ? ExitCode.OK.number() : ExitCode.FAILED.number();
  }

  private void tell(ScrubResult result) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(result);
      return;
    }
    boolean text = output.isText();
    for (ScrubResult.Damaged damaged : result.damaged()) {
      String place = Wording.plain(damaged.mirror()) + (text ? "/" : "\t");
      output.line((text ? "damaged: " : "damaged\t") + place + Wording.plain(damaged.path()));
    }
    if (output.quiet()) {
      return;
    }
    if (text) {
      output.line(
          "read %s, %s; %s damaged%s"
              .formatted(
                  Wording.count(result.files(), "file"),
                  output.words().size(result.bytes()),
                  result.damaged().isEmpty() ? "none" : result.damaged().size() + "",
                  result.unknown() == 0
                      ? ""
                      : "; for %d there is nothing to compare with".formatted(result.unknown())));
    } else {
      output.line("read\t%d\t%d\t%d".formatted(result.files(), result.bytes(), result.unknown()));
    }
  }
}
