package dev.larder.cli;

import dev.larder.wire.KeptInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder mirror unkeep`.
@Command(
    name = "unkeep",
    description = {
      "No longer keeps a directory of a mirror. Nothing is removed by that, but may be from now on."
    },
    footerHeading = "%nExamples:%n",
    footer = "  larder mirror unkeep freebsd-releases releases/amd64/amd64/14.1-RELEASE")
final class UnkeepCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "NAME", description = "The mirror's name.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "DIRECTORY",
      description = "Below the mirror, as larder mirror keep NAME shows it.")
  private String directory = "";

  UnkeepCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String place = MirrorCommand.path(name) + "/kept?path=" + ConsoleClient.encoded(directory);
    KeepCommand.told(session, "no longer kept", "", session.client().delete(place, KeptInfo.class));
    return ExitCode.OK.number();
  }
}
