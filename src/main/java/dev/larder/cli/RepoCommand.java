package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Column;
import dev.larder.wire.RepositoryChange;
import dev.larder.wire.RepositoryInfo;
import dev.larder.wire.RepositoryList;
import dev.larder.wire.RepositoryRequest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder repo create | list | show | delete | add | remove | search | info | files | lint |
/// verify | sign`.
@Command(
    name = "repo",
    description = "Makes repositories of your own and keeps their packages.",
    synopsisSubcommandLabel = "COMMAND")
final class RepoCommand {
  private RepoCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new RepoCommand())
        .addSubcommand(new CreateRepository(session))
        .addSubcommand(new ListRepositories(session))
        .addSubcommand(new ShowRepository(session))
        .addSubcommand(new DeleteRepository(session))
        .addSubcommand(new AddCommand(session))
        .addSubcommand(new RemovePackages(session))
        .addSubcommand(new PackageCommands.Search(session))
        .addSubcommand(new PackageCommands.Info(session))
        .addSubcommand(new PackageCommands.Files(session))
        .addSubcommand(new DownloadCommand(session))
        .addSubcommand(new RepoChecks.Lint(session))
        .addSubcommand(new RepoChecks.Verify(session))
        .addSubcommand(new RepoChecks.Sign(session))
        .addSubcommand(new RepoChecks.Keyring(session));
  }

  static String path(String repository) {
    return "/api/v1/repositories/" + ConsoleClient.encoded(repository);
  }

  /// Shows what a change came to.
  static void changed(Session session, RepositoryChange change) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(change);
      return;
    }
    if (output.quiet()) {
      return;
    }
    if (output.isText() && change.differences().isEmpty()) {
      output.line(
          "%s: nothing to do, generation %d has it already"
              .formatted(Wording.plain(change.repository()), change.generation()));
      return;
    }
    output.table(differences(change.differences()));
    if (output.isText()) {
      output.line(
          "%s: generation %d is current now"
              .formatted(Wording.plain(change.repository()), change.generation()));
    }
  }

  static Table differences(List<RepositoryChange.Difference> differences) {
    Table table =
        new Table(
            Column.text("CHANGE"),
            Column.text("NAME"),
            Column.text("BEFORE"),
            Column.text("AFTER"),
            Column.text("DIRECTORY"));
    for (RepositoryChange.Difference each : differences) {
      String what =
          each.before().isEmpty() ? "added" : each.after().isEmpty() ? "removed" : "changed";
      table.add(what, each.name(), each.before(), each.after(), each.directory());
    }
    return table;
  }

  @Command(
      name = "create",
      description = {
        "Makes a repository: empty, signed by a key of its own, and served at /repo/NAME/ from now"
            + " on. A table [repo.NAME] in the configuration does the same at the next start or larder"
            + " reload."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder repo create internal --format pacman",
        "  larder repo create myports --format freebsd-pkg --for FreeBSD:15:amd64"
      })
  private static final class CreateRepository implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "Its name: a-z, 0-9, \".\", \"_\" and \"-\".")
    private String name = "";

    @Option(
        names = "--format",
        required = true,
        paramLabel = "FORMAT",
        completionCandidates = WordList.Formats.class,
        description = "What it hosts: pacman or freebsd-pkg.")
    private String format = "";

    @Option(
        names = "--for",
        split = ",",
        paramLabel = "MACHINES",
        description =
            "Architectures (x86_64, the default for pacman) or ABIs (FreeBSD:15:amd64), separated by"
                + " commas.")
    private @Nullable List<String> directories;

    @Option(
        names = "--path",
        split = ",",
        paramLabel = "PATH",
        description = "Further paths at which it is served.")
    private @Nullable List<String> paths;

    @Option(
        names = "--sign",
        split = ",",
        paramLabel = "KEY",
        description = "Names of keys, as larder key list shows them; by default one of its own.")
    private @Nullable List<String> sign;

    @Option(names = "--unsigned", description = "Sign nothing.")
    private boolean unsigned;

    @Option(
        names = "--signature",
        paramLabel = "TYPE",
        completionCandidates = WordList.Signatures.class,
        description = "How FreeBSD's clients check it: fingerprints (the default) or pubkey.")
    private @Nullable String signature;

    @Option(
        names = "--compat",
        paramLabel = "VERSION",
        completionCandidates = WordList.Compatible.class,
        description = "Which repo-add pacman databases are like: 7 (the default) or 6.0.")
    private @Nullable String compat;

    @Option(
        names = "--on-conflict",
        paramLabel = "WHAT",
        completionCandidates = WordList.Conflicts.class,
        description = "What to do about other bytes under the same version: refuse or bump.")
    private @Nullable String onConflict;

    @Option(
        names = "--keep",
        paramLabel = "N",
        description = "How many versions of each package stay.")
    private @Nullable Integer keep;

    @Option(
        names = "--max-size",
        paramLabel = "SIZE",
        description = "How much all packages may take, like 20GiB.")
    private @Nullable String maxSize;

    CreateRepository(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (unsigned && sign != null) {
        throw new CommandFailed(
            ExitCode.USAGE, "--sign and --unsigned contradict each other", "give one of them");
      }
      RepositoryRequest request =
          new RepositoryRequest(
              name,
              format,
              directories,
              paths,
              unsigned ? List.of() : sign,
              compat,
              signature,
              onConflict,
              keep,
              null,
              maxSize);
      RepositoryInfo made =
          session.client().post("/api/v1/repositories", request, RepositoryInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(made);
      } else if (!output.quiet()) {
        show(output, made);
        if (output.isText()) {
          output.line("");
          output.line(
              "Put packages in with: larder repo add %s FILE..."
                  .formatted(Wording.plain(made.name())));
        }
      }
      return ExitCode.OK.number();
    }
  }

  private static void show(Output output, RepositoryInfo repository) {
    if (!output.isText()) {
      output.table(table(List.of(repository), output));
      return;
    }
    output.line(
        "%s (%s) answers at %s"
            .formatted(
                output.painted(Tone.STRONG, repository.name()),
                Wording.plain(repository.format()),
                Wording.plain(String.join(" ", repository.paths()))));
    output.line("  for         " + Wording.plain(String.join(" ", repository.directories())));
    output.line(
        "  packages    %d, %s"
            .formatted(repository.packages(), output.words().size(repository.bytes())));
    output.line(
        "  generation  %d, %s"
            .formatted(repository.generation(), output.words().instant(repository.changedAt())));
    output.line(
        "  signed by   "
            + (repository.signedBy().isEmpty()
                ? "nobody"
                : Wording.plain(String.join(" ", repository.keys()))
                    + ": "
                    + Wording.plain(String.join(" ", repository.signedBy()))));
    output.line("  settings    " + (repository.configured() ? "in the configuration" : "own"));
  }

  static Table table(List<RepositoryInfo> repositories, Output output) {
    Table table =
        new Table(
            Column.text("NAME"),
            Column.text("FORMAT"),
            Column.text("FOR"),
            Column.number("PACKAGES"),
            Column.number("SIZE"),
            Column.number("GENERATION"),
            Column.text("CHANGED"),
            Column.text("KEYS"));
    for (RepositoryInfo each : repositories) {
      table.add(
          each.name(),
          each.format(),
          String.join(" ", each.directories()),
          each.packages(),
          output.words().size(each.bytes()),
          each.generation(),
          output.words().instant(each.changedAt()),
          each.signedBy().isEmpty() ? output.words().nothing() : String.join(" ", each.keys()));
    }
    return table;
  }

  @Command(
      name = "list",
      description = "Lists the repositories.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo list", "  larder repo list -q"})
  private static final class ListRepositories implements Callable<Integer> {
    private final Session session;

    ListRepositories(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RepositoryList list = session.client().get("/api/v1/repositories", RepositoryList.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
      } else if (output.quiet()) {
        list.repositories().forEach(each -> output.line(Wording.plain(each.name())));
      } else if (output.isText() && list.repositories().isEmpty()) {
        output.line(
            "there are no repositories; make one with: larder repo create NAME --format FORMAT");
      } else {
        output.table(table(list.repositories(), output));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "show",
      description = "Shows one repository.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo show internal", "  larder repo show internal -o json"})
  private static final class ShowRepository implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    ShowRepository(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RepositoryInfo repository = session.client().get(path(name), RepositoryInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(repository);
      } else {
        show(output, repository);
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "delete",
      description = {
        "Removes a repository that was made by larder repo create.",
        "Its key stays; larder key remove removes that."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo delete internal", "  larder repo delete internal --packages --yes"})
  private static final class DeleteRepository implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Option(names = "--packages", description = "Also if there are packages in it; asks first.")
    private boolean packages;

    @Option(
        names = {"-y", "--yes"},
        description = "Do not ask.")
    private boolean yes;

    DeleteRepository(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (packages && !yes) {
        Confirmation.ask(session, this::question);
      }
      session.client().patient().delete(path(name) + (packages ? "?packages=true" : ""));
      if (session.output().isText() && !session.output().quiet()) {
        session.output().line("removed: " + Wording.plain(name));
      }
      return ExitCode.OK.number();
    }

    private String question() {
      RepositoryInfo there = session.client().get(path(name), RepositoryInfo.class);
      return "Remove repository %s with %s, %s?"
          .formatted(name, Wording.count(there.packages(), "package"), Wording.iec(there.bytes()));
    }
  }

  @Command(
      name = "remove",
      description = "Takes packages out of a repository.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder repo remove internal hello",
        "  larder repo remove internal hello --from aarch64"
      })
  private static final class RemovePackages implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "PACKAGE",
        description = "Names of packages.")
    private List<String> packages = List.of();

    @Option(
        names = "--from",
        split = ",",
        paramLabel = "MACHINES",
        description = "Only from these architectures or ABIs.")
    private List<String> directories = List.of();

    RemovePackages(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String query =
          packages.stream()
                  .map(each -> "name=" + ConsoleClient.encoded(each))
                  .collect(Collectors.joining("&", "?", ""))
              + directories.stream()
                  .map(each -> "&directory=" + ConsoleClient.encoded(each))
                  .collect(Collectors.joining());
      changed(
          session,
          session
              .client()
              .patient()
              .delete(path(name) + "/packages" + query, RepositoryChange.class));
      return ExitCode.OK.number();
    }
  }
}
