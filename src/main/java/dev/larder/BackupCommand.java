package dev.larder;

import dev.larder.backup.About;
import dev.larder.backup.BackupWriter;
import dev.larder.cli.CommandFailed;
import dev.larder.cli.ExitCode;
import dev.larder.cli.GlobalOptions;
import dev.larder.cli.Terminal;
import dev.larder.config.InvalidConfig;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import dev.larder.store.DataDirectory;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.Owner;
import dev.larder.wire.Json;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `larder backup`: writes what cannot be fetched again into one file. Reads the data directory
/// itself, so that it works with and without a server, and no secret crosses the API.
@Command(
    name = "backup",
    description = {
      "Write what cannot be fetched again into one file: configuration, keys, tokens,"
          + " repositories, what mirrors keep. Works while the server runs.",
      "The file has the private keys in it. Exits with 1 if something of the data is missing or"
          + " damaged; the rest is in the backup then. Exits with 5 if another backup is writing to"
          + " the file."
    },
    footer = {
      "",
      "Examples:",
      "  larder backup /var/backups/larder.backup",
      "  larder backup - | gpg --encrypt --recipient ops@example.org > larder.backup.gpg",
      "  larder backup --without-keys - | ssh nas 'cat > larder.backup'"
    })
final class BackupCommand implements Callable<Integer> {
  private final Machine machine;
  private final GlobalOptions options;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Where to, made with mode 0600; what is there is replaced when the new one is"
              + " whole. - is standard output.")
  private String file = "";

  @Option(
      names = "--without-keys",
      description = "Leave the private keys out: those that sign, and the one of TLS.")
  private boolean withoutKeys;

  @Option(
      names = "--without-kept",
      description =
          "Leave out the files that mirrors keep (larder mirror keep); what is kept is"
              + " still noted.")
  private boolean withoutKept;

  BackupCommand(Machine machine, GlobalOptions options) {
    this.machine = machine;
    this.options = options;
  }

  /// What `-o json` prints.
  ///
  /// @param file null for standard output
  /// @param kept directories that mirrors keep
  /// @param damages what is missing or damaged in the data directory
  /// @param notes what is not in the backup and could be missed
  record Report(
      @Nullable String file,
      long files,
      long bytes,
      boolean keys,
      List<String> repositories,
      List<String> kept,
      List<String> damages,
      List<String> notes) {}

  @Override
  public Integer call() {
    LoadedConfig loaded;
    try {
      loaded = Config.load(options.config(), List.of(), machine, Formats.names());
    } catch (InvalidConfig e) {
      spec().commandLine().getErr().println(e.getMessage());
      return ExitCode.CONFIGURATION.number();
    }
    Layout layout = new Layout(loaded.config().data());
    if (!Files.exists(layout.version())) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "there is no data of Larder in %s".formatted(layout.data()),
          "name the configuration with --config");
    }
    try (Hold hold = Hold.take(layout)) {
      if (DataDirectory.isOlder(layout)) {
        throw new CommandFailed(
            ExitCode.FAILED,
            "the data in %s is of an older layout than this larder reads".formatted(layout.data()),
            "start larder serve once, which makes it one of this layout, or back it up with the"
                + " version that made it");
      }
      BackupSources.Which which = new BackupSources.Which(!withoutKeys, !withoutKept);
      Report report;
      try (BackupSources sources = BackupSources.find(loaded, which, hold)) {
        report =
            file.equals("-")
                ? toOutput(sources, layout)
                : toFile(machine.directory().resolve(file), sources, layout);
      }
      tell(report);
      return (report.damages().isEmpty() ? ExitCode.OK : ExitCode.FAILED).number();
    } catch (PartialBackup.Taken e) {
      throw new CommandFailed(
          ExitCode.CONFLICT,
          String.valueOf(e.getMessage()),
          "wait until it is done, or name another file",
          e);
    } catch (UncheckedIOException e) {
      throw unmade(Objects.requireNonNull(e.getCause(), "it always has one"));
    } catch (IOException e) {
      throw unmade(e);
    }
  }

  private static CommandFailed unmade(IOException e) {
    return e instanceof AccessDeniedException denied
        ? new CommandFailed(
            ExitCode.FAILED,
            "%s cannot be read or written by this user".formatted(denied.getFile()),
            "run it as the user that runs larder serve, or as root",
            e)
        : new CommandFailed(ExitCode.FAILED, "no backup was made: " + reason(e), null, e);
  }

  static String reason(IOException e) {
    return e instanceof FileSystemException
        ? e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage()
        : String.valueOf(e.getMessage());
  }

  private Report toOutput(BackupSources sources, Layout layout) throws IOException {
    if (Terminal.ofProcess(machine.environment()).out()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "a backup is not written to a terminal",
          "pipe it into a program, or name a file");
    }
    // Closed by nobody: what is said at the end may still go there.
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    return write(out, null, sources, layout);
  }

  private Report toFile(Path target, BackupSources sources, Layout layout) throws IOException {
    if (Files.isDirectory(target)) {
      throw new CommandFailed(
          ExitCode.USAGE, target + " is a directory", "name the file to write in it");
    }
    try (PartialBackup partial = PartialBackup.of(target)) {
      Report report = write(partial.output(), target.toString(), sources, layout);
      partial.complete();
      return report;
    }
  }

  private Report write(
      OutputStream out, @Nullable String name, BackupSources sources, Layout layout)
      throws IOException {
    About about =
        new About(
            Version.current(),
            version(layout),
            InstantSource.system().instant(),
            layout.data().toString(),
            Owner.of(layout.data().toRealPath()).name(),
            !withoutKeys);
    List<String> damages = new ArrayList<>(sources.damages());
    try (BackupWriter writer = BackupWriter.open(new BufferedOutputStream(out, 1 << 16), about)) {
      sources.each(item -> {
        if (!writer.add(item)) {
          damages.add(item.path() + " was removed while the backup was made");
        }
      });
      for (Path tree : sources.trees()) {
        // A file that goes meanwhile is one that its mirror no longer has.
        sources.below(tree, writer::add);
      }
      writer.finish();
      return new Report(
          name,
          writer.files(),
          writer.bytes(),
          !withoutKeys,
          sources.repositories(),
          sources.kept(),
          List.copyOf(damages),
          sources.notes());
    }
  }

  /// Of the data, which may be older than this program.
  private static int version(Layout layout) throws IOException {
    String text = Files.readString(layout.version()).strip();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException("%s is no number: %s".formatted(layout.version(), text), e);
    }
  }

  private void tell(Report report) {
    boolean aside = report.file() == null;
    PrintWriter to = aside ? spec().commandLine().getErr() : spec().commandLine().getOut();
    if (options.json()) {
      to.print(Json.pretty(report) + "\n");
    } else if (!options.quiet()) {
      to.printf(
          "%s: %d files, %s%n",
          aside ? "backup" : report.file(), report.files(), RestoreCommand.size(report.bytes()));
      line(to, "repositories", report.repositories());
      line(to, withoutKept ? "kept (without the files)" : "kept", report.kept());
      to.printf(
          "  keys: %s%n",
          report.keys()
              ? "in it, so whoever can read the file can sign; guard it, or encrypt it"
              : "not in it; without them a restored Larder makes new ones, which no client trusts");
      report.notes().forEach(note -> to.printf("  note: %s%n", note));
    }
    if (!options.json()) {
      PrintWriter err = spec().commandLine().getErr();
      report.damages().forEach(damage -> err.printf("larder: damaged: %s%n", damage));
      err.flush();
    }
    to.flush();
  }

  private static void line(PrintWriter to, String what, List<String> list) {
    if (!list.isEmpty()) {
      to.printf("  %s: %s%n", what, String.join(", ", list));
    }
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec, "set by picocli");
  }
}
