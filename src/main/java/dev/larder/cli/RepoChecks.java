package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.LintReport;
import dev.larder.wire.RepositoryChange;
import dev.larder.wire.SignRequest;
import dev.larder.wire.VerifyReport;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Commands that look after a repository as a whole: `larder repo lint | verify | sign | keyring`.
final class RepoChecks {
  private RepoChecks() {}

  @Command(
      name = "lint",
      description = {
        "Looks for what will hurt users: packages that cannot be installed, that take the place of"
            + " others, that are not signed.",
        "Exits with 8 if something will break."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo lint internal", "  larder repo lint internal -o json"})
  static final class Lint implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    Lint(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      LintReport report =
          session.client().patient().get(RepoCommand.path(name) + "/lint", LintReport.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(report);
      } else if (output.isText() && report.findings().isEmpty()) {
        output.line(Wording.plain(name) + ": nothing to complain about");
      } else if (!output.quiet()) {
        output.table(findings(report));
      }
      boolean broken =
          report.findings().stream().anyMatch(each -> each.severity() == LintReport.Severity.ERROR);
      return (broken ? ExitCode.VERIFICATION : ExitCode.OK).number();
    }

    private static Table findings(LintReport report) {
      Table table =
          new Table(
              Column.text("SEVERITY"),
              Column.text("NAME"),
              Column.text("DIRECTORY"),
              Column.text("RULE"),
              Column.text("MESSAGE"));
      for (LintReport.Finding each : report.findings()) {
        Tone tone =
            switch (each.severity()) {
              case ERROR -> Tone.BAD;
              case WARNING -> Tone.WARNING;
              case NOTE -> Tone.PLAIN;
            };
        table.add(
            new Cell(each.severity().name().toLowerCase(Locale.ROOT), tone),
            each.name(),
            each.directory(),
            each.rule(),
            each.message());
      }
      return table;
    }
  }

  @Command(
      name = "verify",
      description = {
        "Reads every file of a repository and compares it with what it must be; restores what can"
            + " be.",
        "Exits with 8 if something stays damaged."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo verify internal"})
  static final class Verify implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    Verify(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      VerifyReport report =
          session
              .client()
              .patient()
              .post(RepoCommand.path(name) + "/verify", null, VerifyReport.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(report);
      } else if (output.isText() && report.damages().isEmpty()) {
        output.line(Wording.plain(name) + ": every file is what it must be");
      } else if (!output.quiet()) {
        Table table = new Table(Column.text("STATE"), Column.text("PATH"), Column.text("WHAT"));
        for (VerifyReport.Damage each : report.damages()) {
          table.add(each.restored() ? "restored" : "damaged", each.path(), each.what());
        }
        output.table(table);
      }
      boolean well = report.damages().stream().allMatch(VerifyReport.Damage::restored);
      return (well ? ExitCode.OK : ExitCode.VERIFICATION).number();
    }
  }

  @Command(
      name = "sign",
      description = {
        "Signs what is in a repository and has no signature, and writes its indexes anew with the"
            + " present keys."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo sign internal", "  larder repo sign internal --all"})
  static final class Sign implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Option(names = "--all", description = "Sign every package anew.")
    private boolean all;

    Sign(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RepositoryChange change =
          session
              .client()
              .patient()
              .post(RepoCommand.path(name) + "/sign", new SignRequest(all), RepositoryChange.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(change);
      } else if (output.isText() && !output.quiet()) {
        output.line(
            "%s: generation %d is signed"
                .formatted(Wording.plain(change.repository()), change.generation()));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "keyring",
      description = {
        "Adds a package with the public keys to a pacman repository: NAME-keyring.",
        "Clients that install it believe those keys, and no longer the ones before them; so they"
            + " follow when the key is exchanged."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo keyring internal"})
  static final class Keyring implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    Keyring(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      RepoCommand.changed(
          session,
          session
              .client()
              .patient()
              .post(RepoCommand.path(name) + "/keyring", null, RepositoryChange.class));
      return ExitCode.OK.number();
    }
  }
}
