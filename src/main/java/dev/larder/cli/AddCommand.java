package dev.larder.cli;

import dev.larder.wire.BatchInfo;
import dev.larder.wire.CommitRequest;
import dev.larder.wire.RepositoryChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder repo add`.
@Command(
    name = "add",
    description = {
      "Puts packages into a repository: all of them, in one generation, or none.",
      "Signatures beside packages are left out: the repository signs by itself."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder repo add internal *.pkg.tar.zst",
      "  larder repo add myports All/*.pkg",
      "  larder repo add internal hello-1.0-1-any.pkg.tar.zst --on-conflict bump"
    })
final class AddCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
  private String name = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "Packages.")
  private List<Path> files = List.of();

  @Option(names = "--downgrade", description = "Let older versions take the place of newer ones.")
  private boolean downgrade;

  @Option(
      names = "--on-conflict",
      paramLabel = "WHAT",
      completionCandidates = WordList.Conflicts.class,
      description =
          "What to do with the name and version of a package that is or was there, but other bytes:"
              + " refuse or bump its release.")
  private @Nullable String onConflict;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "How many files are sent at a time, 4 by default.")
  private int jobs = 4;

  AddCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (jobs < 1) {
      throw new CommandFailed(ExitCode.USAGE, "--jobs is at least 1", null);
    }
    List<Path> packages = packages();
    String batches = RepoCommand.path(name) + "/batches";
    BatchInfo batch = session.client().post(batches, null, BatchInfo.class);
    String path = batches + "/" + batch.id();
    try {
      Uploads uploads = new Uploads(session);
      uploads.check(
          uploads.send(
              packages.stream().map(file -> new Upload(file, path + name(file))).toList(), jobs));
    } catch (CommandFailed e) {
      giveUp(path);
      throw e;
    }
    RepoCommand.changed(session, committed(path));
    return ExitCode.OK.number();
  }

  /// What the server said no to is given up. What it may be at work on is left alone: to discard it
  /// now could undo half of it.
  private RepositoryChange committed(String path) {
    CommitRequest request = new CommitRequest(downgrade, onConflict);
    try {
      return session.client().patient().post(path + "/commit", request, RepositoryChange.class);
    } catch (CommandFailed e) {
      if (e.exitCode() == ExitCode.UNREACHABLE || e.exitCode() == ExitCode.INTERRUPTED) {
        throw new CommandFailed(
            e.exitCode(),
            "all is sent, but whether it was added is not known: " + e.getMessage(),
            "look with: larder generation list " + Wording.plain(name),
            e);
      }
      giveUp(path);
      throw e;
    }
  }

  private static String name(Path file) {
    return "/files/" + ConsoleClient.encoded(String.valueOf(file.getFileName()));
  }

  /// The packages among the files; a shell's `*` also finds the signatures beside them.
  private List<Path> packages() {
    List<Path> packages = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new CommandFailed(
            ExitCode.NOT_FOUND, "there is no file " + file, "nothing was uploaded");
      }
      if (!file.toString().endsWith(".sig")) {
        packages.add(file);
      }
    }
    if (packages.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE, "there are only signatures among the files", "name the packages");
    }
    return packages;
  }

  private void giveUp(String path) {
    try {
      session.client().delete(path);
    } catch (CommandFailed e) {
      // The server forgets it by itself; the first failure is what counts.
    }
  }
}
