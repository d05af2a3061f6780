package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Column;
import dev.larder.wire.PackageFiles;
import dev.larder.wire.PackagePage;
import dev.larder.wire.PackageSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Commands that look at the packages of a repository.
final class PackageCommands {
  private static final int PAGE = 1000;

  private PackageCommands() {}

  @Command(
      name = "search",
      description =
          "Lists the packages of a repository, or those with WORDS in name or description.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo search internal", "  larder repo search internal editor -q"})
  static final class Search implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "WORDS",
        description = "Part of a name or description.")
    private String words = "";

    Search(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<PackageSummary> found = new ArrayList<>();
      @Nullable String cursor = "";
      while (cursor != null) {
        String path =
            RepoCommand.path(name)
                + "/packages?q=%s&limit=%d&cursor=%s"
                    .formatted(ConsoleClient.encoded(words), PAGE, ConsoleClient.encoded(cursor));
        PackagePage page = session.client().get(path, PackagePage.class);
        found.addAll(page.packages());
        cursor = page.next();
      }
      Output output = session.output();
      if (output.isJson()) {
        output.json(new PackagePage(found, null));
      } else if (output.quiet()) {
        found.stream().map(each -> Wording.plain(each.name())).distinct().forEach(output::line);
      } else if (output.isText() && found.isEmpty()) {
        output.line("nothing found");
      } else {
        output.table(table(found, output));
      }
      return ExitCode.OK.number();
    }

    private static Table table(List<PackageSummary> found, Output output) {
      Table table =
          new Table(
              Column.text("NAME"),
              Column.text("VERSION"),
              Column.text("DIRECTORY"),
              Column.number("SIZE"),
              Column.text("SIGNED"),
              Column.text("DESCRIPTION"));
      for (PackageSummary each : found) {
        table.add(
            each.name(),
            each.version(),
            each.directory(),
            output.words().size(each.size()),
            each.signed() ? "yes" : "no",
            each.description());
      }
      return table;
    }
  }

  @Command(
      name = "info",
      description = "Shows a package of a repository.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo info internal hello"})
  static final class Info implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "PACKAGE", description = "The package's name.")
    private String wanted = "";

    Info(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String path = RepoCommand.path(name) + "/packages/" + ConsoleClient.encoded(wanted);
      PackagePage page = session.client().get(path, PackagePage.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(page);
      } else if (output.isText() && !output.quiet()) {
        page.packages().forEach(each -> show(output, each));
      } else {
        output.table(Search.table(page.packages(), output));
      }
      return ExitCode.OK.number();
    }

    private static void show(Output output, PackageSummary each) {
      output.line(
          "%s %s (%s)"
              .formatted(
                  output.painted(Tone.STRONG, each.name()),
                  Wording.plain(each.version()),
                  Wording.plain(each.directory())));
      line(output, "description", each.description());
      line(output, "home page", each.url());
      line(output, "licenses", String.join(" ", each.licenses()));
      line(output, "built from", each.base());
      line(output, "built", output.words().instant(each.builtAt()));
      line(output, "packager", each.packager());
      line(output, "file", each.path() + ", " + output.words().size(each.size()));
      line(output, "sha256", each.sha256());
      line(output, "signed", each.signed() ? "yes" : "no");
      line(output, "scripts", each.hasScripts() ? "run as root when it is installed" : "none");
      each.relations()
          .forEach((relation, values) -> line(output, relation, String.join(" ", values)));
    }

    private static void line(Output output, String title, String value) {
      if (!value.isEmpty()) {
        output.line("  %-11s %s".formatted(title, Wording.plain(value)));
      }
    }
  }

  @Command(
      name = "files",
      description = "Lists what a package of a repository installs.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder repo files internal hello"})
  static final class Files implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The repository's name.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "PACKAGE", description = "The package's name.")
    private String wanted = "";

    @Option(
        names = "--in",
        paramLabel = "MACHINES",
        description = "In this architecture or ABI; by default in the first that has it.")
    private @Nullable String directory;

    Files(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String path =
          RepoCommand.path(name)
              + "/packages/%s/files".formatted(ConsoleClient.encoded(wanted))
              + (directory == null ? "" : "?directory=" + ConsoleClient.encoded(directory));
      PackageFiles files = session.client().get(path, PackageFiles.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(files);
      } else {
        files.files().forEach(file -> output.line(Wording.plain(file)));
      }
      return ExitCode.OK.number();
    }
  }
}
