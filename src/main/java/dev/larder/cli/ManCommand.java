package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.cli.ManPage.Edition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// `larder man [COMMAND...]`: the manual of this very program, whether it is installed or not.
@Command(
    name = "man",
    description = {
      "Shows the manual of a command, or of larder.toml.",
      "The pages are made by the program itself, so they are there without being installed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder man",
      "  larder man mirror keep",
      "  larder man larder.toml",
      "  larder man --write /usr/local/share/man"
    })
final class ManCommand implements Callable<Integer> {
  private static final String CONFIGURATION = "larder.toml";

  private final Session session;
  private final ThisMachine machine;
  private final String version;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND",
      completionCandidates = Pages.class,
      description = "The command, or larder.toml. Default: the page of larder.")
  private List<String> words = List.of();

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description = "Write all pages into DIR/man1 and DIR/man5 instead.")
  private @Nullable Path directory;

  @Option(names = "--date", hidden = true, description = "The date the pages show.")
  private @Nullable String date;

  ManCommand(Session session, ThisMachine machine, String version) {
    this.session = session;
    this.machine = machine;
    this.version = version;
  }

  /// The page that is about no command, for completion.
  private static final class Pages extends WordList {
    Pages() {
      super(CONFIGURATION);
    }
  }

  @Override
  public Integer call() {
    String day =
        date != null
            ? date
            : LocalDate.ofInstant(session.surroundings().time().instant(), ZoneOffset.UTC)
                .toString();
    Edition edition = new Edition(version, day);
    CommandLine root = spec.root().commandLine();
    Manual manual = new Manual(root, edition);
    Path target = directory;
    if (target != null) {
      List<ManPage> pages = new ArrayList<>(manual.pages());
      pages.addAll(machine.manuals(edition));
      write(pages, target);
      return ExitCode.OK.number();
    }
    if (words.equals(List.of(CONFIGURATION))) {
      ManPage page =
          machine.manuals(edition).stream()
              .filter(each -> each.file().equals(CONFIGURATION + ".5"))
              .findFirst()
              .orElse(null);
      if (page != null) {
        show(page, null);
        return ExitCode.OK.number();
      }
    }
    CommandLine command = command(root);
    show(manual.page(command), command);
    return ExitCode.OK.number();
  }

  private CommandLine command(CommandLine root) {
    CommandLine command = root;
    for (String word : words) {
      CommandLine next = command.getSubcommands().get(word);
      if (next == null) {
        throw new UnmatchedArgumentException(command, List.of(word));
      }
      command = next;
    }
    return command;
  }

  private void write(List<ManPage> pages, Path target) {
    try {
      for (ManPage page : pages) {
        Path file = target.resolve(page.place());
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, page.toString().getBytes(UTF_8));
      }
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "cannot write to %s: %s".formatted(target, FileFault.reason(e)),
          null,
          e);
    }
    Output output = session.output();
    if (output.isText() && !output.quiet()) {
      output.line("wrote %s below %s".formatted(Wording.count(pages.size(), "page"), target));
    }
  }

  /// Lets man(1) show it; where there is none, the help has to do.
  private void show(ManPage page, @Nullable CommandLine command) {
    Surroundings surroundings = session.surroundings();
    Path man = surroundings.program("man");
    if (man == null) {
      if (command == null) {
        throw new CommandFailed(
            ExitCode.FAILED,
            "there is no program man to show the page with",
            "install one; or see docs/reference of the distribution");
      }
      command.usage(surroundings.out(), spec.root().commandLine().getColorScheme());
      return;
    }
    try {
      Path scratch = Files.createTempDirectory("larder-man");
      Path file = scratch.resolve(page.file());
      try {
        Files.write(file, page.toString().getBytes(UTF_8));
        show(man, file, surroundings);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(scratch);
      }
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "cannot show the page: " + FileFault.reason(e), null, e);
    }
  }

  private static void show(Path man, Path file, Surroundings surroundings) throws IOException {
    // A name with a slash in it is a file to every man(1).
    ProcessBuilder builder = new ProcessBuilder(man.toString(), file.toString());
    boolean screen = surroundings.terminal().out();
    builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(
        screen ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
    builder.redirectOutput(screen ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.PIPE);
    surroundings.out().flush();
    Process process = builder.start();
    try {
      if (!screen) {
        surroundings.out().print(new String(process.getInputStream().readAllBytes(), UTF_8));
      }
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroy();
    }
  }
}
