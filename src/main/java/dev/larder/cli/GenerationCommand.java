package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.GenerationDiff;
import dev.larder.wire.GenerationList;
import dev.larder.wire.PromoteRequest;
import dev.larder.wire.RepositoryChange;
import dev.larder.wire.RollbackRequest;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder generation list | diff | rollback | promote`.
@Command(
    name = "generation",
    description = "Shows what a repository was, goes back to it, and brings packages on.",
    synopsisSubcommandLabel = "COMMAND")
final class GenerationCommand {
  private GenerationCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new GenerationCommand())
        .addSubcommand(new ListGenerations(session))
        .addSubcommand(new Diff(session))
        .addSubcommand(new Rollback(session))
        .addSubcommand(new Promote(session));
  }

  private static GenerationList list(Session session, String repository) {
    return session
        .client()
        .get(RepoCommand.path(repository) + "/generations", GenerationList.class);
  }

  @Command(
      name = "list",
      description = "Lists the generations of a repository that are held, newest first.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder generation list internal"})
  private static final class ListGenerations implements Callable<Integer> {
    private static final int SHOWN = 3;

    private final Session session;

    @Parameters(paramLabel = "REPOSITORY", description = "The repository's name.")
    private String repository = "";

    ListGenerations(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      GenerationList list = list(session, repository);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
      } else if (output.quiet()) {
        list.generations().forEach(each -> output.line(Long.toString(each.number())));
      } else {
        output.table(table(list, output));
      }
      return ExitCode.OK.number();
    }

    private static Table table(GenerationList list, Output output) {
      Table table =
          new Table(
              Column.number("NUMBER"),
              Column.text("STATE"),
              Column.text("MADE"),
              Column.number("PACKAGES"),
              Column.text("CHANGES"));
      for (GenerationList.Entry each : list.generations()) {
        table.add(
            each.number(),
            each.current() ? "current" : "held",
            output.words().instant(each.at()),
            each.packages(),
            changes(each.differences(), output));
      }
      return table;
    }

    private static String changes(List<RepositoryChange.Difference> differences, Output output) {
      List<String> shown =
          differences.stream()
              .limit(output.isText() ? SHOWN : Long.MAX_VALUE)
              .map(each ->
                  each.before().isEmpty()
                      ? "+" + each.name() + " " + each.after()
                      : each.after().isEmpty()
                          ? "-" + each.name() + " " + each.before()
                          : each.name() + " " + each.before() + " -> " + each.after())
              .toList();
      int more = differences.size() - shown.size();
      return String.join(", ", shown) + (more > 0 ? " and %d more".formatted(more) : "");
    }
  }

  @Command(
      name = "diff",
      description = "Shows how two generations of a repository differ.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder generation diff internal 3        what changed since generation 3",
        "  larder generation diff internal 3 5"
      })
  private static final class Diff implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "REPOSITORY", description = "The repository's name.")
    private String repository = "";

    @Parameters(index = "1", paramLabel = "OLDER", description = "Number of a generation.")
    private long from;

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "NEWER",
        description = "Number of a generation; the current one by default.")
    private @Nullable Long to;

    Diff(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      long until = to == null ? list(session, repository).generations().getFirst().number() : to;
      GenerationDiff diff =
          session
              .client()
              .get(
                  RepoCommand.path(repository) + "/diff?from=%d&to=%d".formatted(from, until),
                  GenerationDiff.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(diff);
      } else if (output.isText() && diff.differences().isEmpty()) {
        output.line("generations %d and %d have the same packages".formatted(from, until));
      } else {
        output.table(RepoCommand.differences(diff.differences()));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "rollback",
      description = {
        "Makes a repository what it was in an earlier generation. That becomes a new generation, so"
            + " that clients notice; pacman -Suu takes the older packages."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder generation rollback internal      to the one before the current one",
        "  larder generation rollback internal 3"
      })
  private static final class Rollback implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "REPOSITORY", description = "The repository's name.")
    private String repository = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "GENERATION",
        description = "Its number; the one before the current one by default.")
    private @Nullable Long generation;

    Rollback(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      long wanted = generation == null ? previous() : generation;
      RepoCommand.changed(
          session,
          session
              .client()
              .patient()
              .post(
                  RepoCommand.path(repository) + "/rollback",
                  new RollbackRequest(wanted),
                  RepositoryChange.class));
      return ExitCode.OK.number();
    }

    private long previous() {
      List<GenerationList.Entry> all = list(session, repository).generations();
      if (all.size() < 2) {
        throw new CommandFailed(
            ExitCode.NOT_FOUND,
            "%s has no earlier generation".formatted(Wording.plain(repository)),
            "larder generation list %s shows which are held".formatted(Wording.plain(repository)));
      }
      return all.get(1).number();
    }
  }

  @Command(
      name = "promote",
      description = "Takes packages of one repository over into another: from testing to stable.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder generation promote testing stable         all packages",
        "  larder generation promote testing stable hello"
      })
  private static final class Promote implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "FROM", description = "A repository's name.")
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "A repository's name.")
    private String to = "";

    @Parameters(
        index = "2..*",
        arity = "0..*",
        paramLabel = "PACKAGE",
        description = "Names of packages; all by default.")
    private List<String> packages = List.of();

    @Option(names = "--downgrade", description = "Let older versions take the place of newer ones.")
    private boolean downgrade;

    Promote(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RepoCommand.changed(
          session,
          session
              .client()
              .patient()
              .post(
                  RepoCommand.path(to) + "/promote",
                  new PromoteRequest(from, packages, downgrade),
                  RepositoryChange.class));
      return ExitCode.OK.number();
    }
  }
}
