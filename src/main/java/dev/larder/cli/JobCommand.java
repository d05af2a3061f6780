package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.JobInfo;
import dev.larder.wire.JobList;
import dev.larder.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder job list | show`.
@Command(
    name = "job",
    description = "Shows what the server is doing and has done.",
    synopsisSubcommandLabel = "COMMAND")
final class JobCommand {
  private static final String PATH = "/api/v1/jobs";

  private JobCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new JobCommand())
        .addSubcommand(new ListJobs(session))
        .addSubcommand(new ShowJob(session));
  }

  private static Cell state(JobInfo job) {
    Tone tone =
        switch (job.state()) {
          case RUNNING -> Tone.WARNING;
          case DONE -> Tone.PLAIN;
          case FAILED -> Tone.BAD;
        };
    return new Cell(job.state().name().toLowerCase(Locale.ROOT), tone);
  }

  @Command(
      name = "list",
      description = {
        "Lists jobs, newest first: commits, signing, verifying, refreshing and other work.",
        "The last ones are remembered until the server stops."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder job list", "  larder job list --running"})
  private static final class ListJobs implements Callable<Integer> {
    private final Session session;

    @Option(names = "--running", description = "Only those that have not ended.")
    private boolean running;

    ListJobs(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      JobList list = session.client().get(PATH + (running ? "?running=true" : ""), JobList.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
      } else if (output.quiet()) {
        list.jobs().forEach(job -> output.line(Wording.plain(job.id())));
      } else if (output.isText() && list.jobs().isEmpty()) {
        output.line(running ? "nothing is being done" : "nothing has been done");
      } else {
        output.table(table(output, list));
      }
      return ExitCode.OK.number();
    }

    private static Table table(Output output, JobList list) {
      Table table =
          new Table(
              Column.text("ID"),
              Column.text("STATE"),
              Column.text("ACTION"),
              Column.text("REPOSITORY"),
              Column.text("WHO"),
              Column.text("STARTED"),
              Column.text("ENDED"));
      for (JobInfo job : list.jobs()) {
        table.add(
            job.id(),
            state(job),
            job.action(),
            job.repository() == null ? output.words().nothing() : job.repository(),
            job.by(),
            output.words().instant(job.startedAt()),
            job.endedAt() == null
                ? output.words().nothing()
                : output.words().instant(job.endedAt()));
      }
      return table;
    }
  }

  @Command(
      name = "show",
      description = {
        "Shows a job and what came of it.",
        "Exits as the command would have that began it, if the job has failed."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder job show 8f0c2a11d3e4b596", "  larder job show 8f0c2a11d3e4b596 -o json"})
  private static final class ShowJob implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ID", description = "The job's id.")
    private String id = "";

    ShowJob(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      JobInfo job = session.client().get(PATH + "/" + ConsoleClient.encoded(id), JobInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(job);
      } else {
        output.line(
            "%s %s by %s: %s"
                .formatted(
                    Wording.plain(job.action()),
                    Wording.plain(job.repository() == null ? "" : job.repository()),
                    Wording.plain(job.by()),
                    job.state().name().toLowerCase(Locale.ROOT)));
        if (job.result() != null && !output.quiet()) {
          output.line(Wording.plain(new String(Json.bytes(job.result()), StandardCharsets.UTF_8)));
        }
      }
      if (job.problem() == null) {
        return ExitCode.OK.number();
      }
      throw new CommandFailed(
          ExitCode.of(ErrorCode.exitCode(job.problem().code(), job.problem().status())),
          Wording.plain(job.problem().detail()),
          job.problem().advice() == null ? null : Wording.plain(job.problem().advice()));
    }
  }
}
