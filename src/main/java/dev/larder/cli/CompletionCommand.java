package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.cli.CompletionScript.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `larder completion bash | zsh | fish | install`.
@Command(
    name = "completion",
    description = "Lets a shell complete commands, options and names by TAB.",
    synopsisSubcommandLabel = "COMMAND")
final class CompletionCommand {
  private CompletionCommand() {}

  static CommandLine tree(Session session) {
    CommandLine tree = new CommandLine(new CompletionCommand());
    for (Shell shell : Shell.values()) {
      CommandLine print = new CommandLine(new PrintScript(session, shell));
      print
          .getCommandSpec()
          .name(shell.word())
          .usageMessage()
          .description("Prints the script for %s.".formatted(shell.word()));
      tree.addSubcommand(shell.word(), print);
    }
    return tree.addSubcommand(new InstallScript(session));
  }

  private static String script(CommandSpec spec, Shell shell) {
    return CompletionScript.of(shell, CompletionModel.of(spec.root().commandLine()));
  }

  @Command(name = "print")
  private static final class PrintScript implements Callable<Integer> {
    private final Session session;
    private final Shell shell;

    @Spec private CommandSpec spec = CommandSpec.create();

    PrintScript(Session session, Shell shell) {
      this.session = session;
      this.shell = shell;
    }

    @Override
    public Integer call() {
      session.surroundings().out().print(script(spec, shell));
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "install",
      description = {
        "Writes the script where the shell looks for it, for this user alone or, with --prefix, for"
            + " everybody.",
        "A new shell has it. After an update of larder, do it again."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder completion install",
        "  larder completion install zsh --prefix /usr/local",
        "  larder completion install bash --undo"
      })
  private static final class InstallScript implements Callable<Integer> {
    private final Session session;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
        arity = "0..1",
        paramLabel = "SHELL",
        completionCandidates = ShellWords.class,
        description = "bash, zsh or fish. Default: the one in the variable SHELL.")
    private @Nullable String word;

    @Option(
        names = "--prefix",
        paramLabel = "DIR",
        description = "For everybody: below DIR/share. Shells look below /usr/local and /usr.")
    private @Nullable Path prefix;

    @Option(names = "--undo", description = "Remove it again.")
    private boolean undo;

    InstallScript(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Shell shell = shell();
      Path file = place(shell);
      try {
        boolean ours = isOurs(file);
        if (undo) {
          if (ours) {
            Files.delete(file);
            CompletionCache.clear(session.surroundings());
          }
          tell(ours ? "removed " + file : "there is no " + file);
          return ExitCode.OK.number();
        }
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, script(spec, shell).getBytes(UTF_8));
      } catch (IOException e) {
        throw new CommandFailed(
            ExitCode.FAILED,
            "cannot write %s: %s".formatted(file, FileFault.reason(e)),
            prefix == null ? "choose another place with --prefix" : null,
            e);
      }
      tell("wrote " + file + "; " + advice(shell, file));
      return ExitCode.OK.number();
    }

    private Shell shell() {
      String named = word;
      if (named == null) {
        named = session.surroundings().variable("SHELL").replaceFirst(".*/", "");
      }
      Shell shell = Shell.named(named);
      if (shell == null) {
        throw new CommandFailed(
            ExitCode.USAGE,
            named.isEmpty()
                ? "there is no telling which shell it is for"
                : "%s is no shell we know how to complete in".formatted(Wording.plain(named)),
            "name bash, zsh or fish");
      }
      return shell;
    }

    /// Where the shell looks.
    private Path place(Shell shell) {
      Surroundings surroundings = session.surroundings();
      if (prefix != null) {
        Path share = prefix.toAbsolutePath().normalize().resolve("share");
        return switch (shell) {
          case BASH -> share.resolve("bash-completion/completions/larder");
          case ZSH -> share.resolve("zsh/site-functions/_larder");
          case FISH -> share.resolve("fish/vendor_completions.d/larder.fish");
        };
      }
      Path base =
          switch (shell) {
            case BASH, ZSH -> UserDirectories.dataBase(surroundings);
            case FISH -> UserDirectories.configBase(surroundings);
          };
      if (base == null) {
        throw new CommandFailed(
            ExitCode.FAILED, "there is no home directory to write to", "set HOME, or use --prefix");
      }
      return switch (shell) {
        case BASH -> {
          String own = surroundings.variable("BASH_COMPLETION_USER_DIR");
          Path directory = own.startsWith("/") ? Path.of(own) : base.resolve("bash-completion");
          yield directory.resolve("completions/larder");
        }
        case ZSH -> base.resolve("zsh/site-functions/_larder");
        case FISH -> base.resolve("fish/completions/larder.fish");
      };
    }

    private String advice(Shell shell, Path file) {
      return switch (shell) {
        case BASH -> "bash loads it if the package bash-completion is there";
        case ZSH ->
            prefix != null
                ? "zsh loads it if compinit is called"
                : "in .zshrc, before compinit: fpath=(%s $fpath)".formatted(file.getParent());
        case FISH -> "fish loads it by itself";
      };
    }

    /// Whether the file is there, and so ours.
    private static boolean isOurs(Path file) throws IOException {
      try {
        if (Files.readString(file)
            .lines()
            .limit(2)
            .anyMatch(l -> l.contains(CompletionScript.MARK))) {
          return true;
        }
      } catch (NoSuchFileException _) {
        return false;
      }
      throw new CommandFailed(
          ExitCode.CONFLICT,
          "%s was not written by larder completion".formatted(file),
          "move it out of the way");
    }

    private void tell(String what) {
      Output output = session.output();
      if (!output.quiet()) {
        output.line(what);
      }
    }
  }

  /// The shells, for completion.
  private static final class ShellWords extends WordList {
    ShellWords() {
      super("bash", "zsh", "fish");
    }
  }
}
