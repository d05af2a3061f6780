package dev.larder;

import dev.larder.backup.About;
import dev.larder.backup.BackupReader;
import dev.larder.backup.DamagedBackup;
import dev.larder.backup.Restore;
import dev.larder.cli.CommandFailed;
import dev.larder.cli.ExitCode;
import dev.larder.cli.GlobalOptions;
import dev.larder.config.InvalidConfig;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import dev.larder.store.Durable;
import dev.larder.store.Owner;
import dev.larder.store.RelPath;
import dev.larder.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `larder restore`: puts an empty data directory together from a backup, or looks at one.
@Command(
    name = "restore",
    description = {
      "Put an empty data directory together from a backup, or look at a backup.",
      "Nothing is to be seen before all of it was read and found right. Exits with 8 if the backup"
          + " is damaged, with 5 if the data directory is not empty; nothing is changed then."
    },
    footer = {
      "",
      "Examples:",
      "  larder restore --verify last.backup",
      "  larder restore --config-to /etc/larder/ last.backup",
      "  larder restore last.backup",
      "  gpg --decrypt larder.backup.gpg | larder restore -"
    })
final class RestoreCommand implements Callable<Integer> {
  private static final int MOST_CONFIGURATION = 16 << 20;
  private static final String CONFIG = "config/";
  private static final String FILES = "config/files/";

  private final Machine machine;
  private final GlobalOptions options;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The backup; - is standard input.")
  private String file = "";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory to restore into, instead of the configured one.")
  private @Nullable Path data;

  @ArgGroup private @Nullable Mode mode;

  /// What else can be done with a backup.
  static final class Mode {
    @Option(names = "--list", description = "Only print what is in it.")
    private boolean list;

    @Option(names = "--verify", description = "Only read it and compare all checksums.")
    private boolean verify;

    @Option(
        names = "--config-to",
        paramLabel = "DIR",
        description =
            "Only write the configuration file into this directory, and the files it"
                + " names below DIR/files; what is there is left alone.")
    private @Nullable Path configTo;
  }

  RestoreCommand(Machine machine, GlobalOptions options) {
    this.machine = machine;
    this.options = options;
  }

  /// What `-o json` prints.
  ///
  /// @param data where it was restored to; null if it was not
  /// @param entries what is in it, with `--list`; else empty
  /// @param notes what is left to be done
  record Report(
      About about,
      long files,
      long bytes,
      @Nullable String data,
      List<Entry> entries,
      List<String> notes) {}

  /// A file in a backup.
  record Entry(String path, long size) {}

  @Override
  public Integer call() {
    try (InputStream in = open()) {
      Mode chosen = mode;
      Report report;
      if (chosen == null) {
        report = restored(in);
      } else if (chosen.list || chosen.verify || chosen.configTo == null) {
        report = looked(in, chosen.list);
      } else {
        report = configuration(in, machine.directory().resolve(chosen.configTo));
      }
      tell(report);
      return ExitCode.OK.number();
    } catch (InvalidConfig e) {
      spec().commandLine().getErr().println(e.getMessage());
      return ExitCode.CONFIGURATION.number();
    } catch (DamagedBackup e) {
      throw new CommandFailed(
          ExitCode.VERIFICATION,
          "%s cannot be used: %s".formatted(name(), e.getMessage()),
          "nothing was changed",
          e);
    } catch (Restore.Occupied e) {
      throw new CommandFailed(
          ExitCode.CONFLICT,
          String.valueOf(e.getMessage()),
          "move it away, or name another with --data",
          e);
    } catch (AccessDeniedException e) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "%s cannot be read or written by this user".formatted(e.getFile()),
          "run it as the user that runs larder serve, or as root",
          e);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "nothing was restored: " + BackupCommand.reason(e), null, e);
    }
  }

  private String name() {
    return file.equals("-") ? "the backup" : file;
  }

  private InputStream open() throws IOException {
    if (file.equals("-")) {
      return System.in;
    }
    Path path = machine.directory().resolve(file);
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new CommandFailed(ExitCode.NOT_FOUND, "there is no file " + path, null, e);
    }
  }

  private Report restored(InputStream in) throws IOException, InvalidConfig {
    Path where = data;
    LoadedConfig loaded = null;
    if (where == null) {
      loaded = Config.load(options.config(), List.of(), machine, Formats.names());
      where = loaded.config().data();
    }
    Path target = machine.directory().resolve(where).normalize();
    BackupReader.Outcome outcome = new Restore(target).from(in);
    List<String> notes = new ArrayList<>();
    if (!outcome.about().keys()) {
      notes.add(
          "the private keys are not in it: put keys/ back into %s before the first start, or clients"
                  .formatted(target)
              + " have to trust new keys");
    }
    if (loaded != null && loaded.file() == null) {
      notes.add(
          "there is no configuration file here; larder restore --config-to DIR takes the one out of"
              + " the backup");
    }
    return new Report(
        outcome.about(), outcome.files(), outcome.bytes(), target.toString(), List.of(), notes);
  }

  private Report looked(InputStream in, boolean list) throws IOException {
    List<Entry> entries = new ArrayList<>();
    BackupReader.Outcome outcome =
        BackupReader.read(
            in,
            new Looking() {
              @Override
              public void file(RelPath path, long size, FileTime modified, InputStream bytes) {
                if (list && !options.json()) {
                  // Not gathered: there may be hundreds of thousands.
                  spec().commandLine().getOut().printf("%12d  %s%n", size, path);
                } else if (list) {
                  entries.add(new Entry(path.value(), size));
                }
              }
            });
    return new Report(
        outcome.about(), outcome.files(), outcome.bytes(), null, List.copyOf(entries), List.of());
  }

  /// Whoever takes every backup.
  private abstract static class Looking implements BackupReader.Visitor {
    @Override
    public void begins(About about) {
      // It is what it is.
    }
  }

  private Report configuration(InputStream in, Path to) throws IOException {
    Map<String, byte[]> found = new LinkedHashMap<>();
    BackupReader.Outcome outcome =
        BackupReader.read(
            in,
            new Looking() {
              private long sum;

              @Override
              public void file(RelPath path, long size, FileTime modified, InputStream bytes)
                  throws IOException {
                if (path.value().startsWith(CONFIG)) {
                  sum += size;
                  if (sum > MOST_CONFIGURATION) {
                    throw new IOException("the configuration in it is larger than any is");
                  }
                  found.put(path.value(), bytes.readAllBytes());
                }
              }
            });
    List<String> notes = new ArrayList<>();
    for (Map.Entry<String, byte[]> each : found.entrySet()) {
      Path target = to.resolve(each.getKey().substring(CONFIG.length()));
      if (Files.exists(target)) {
        notes.add(target + " is there already and is left alone");
      } else {
        Files.createDirectories(target.resolveSibling(""));
        Durable.replacePrivate(target, each.getValue());
        letRead(target, outcome.about().owner());
        notes.add(
            each.getKey().startsWith(FILES)
                ? "wrote %s; it belongs to /%s"
                    .formatted(target, each.getKey().substring(FILES.length()))
                : "wrote " + target);
      }
    }
    if (found.isEmpty()) {
      notes.add("there is no configuration in it: it was made where all was as by default");
    }
    return new Report(outcome.about(), outcome.files(), outcome.bytes(), null, List.of(), notes);
  }

  /// What root writes its server has to read: who owned the data, and no one else.
  private static void letRead(Path file, String user) throws IOException {
    Owner server = Owner.named(file, user);
    if (Owner.of(file).isRoot() && server != null && !server.isRoot()) {
      server.letRead(file);
    }
  }

  private void tell(Report report) {
    PrintWriter out = spec().commandLine().getOut();
    if (options.json()) {
      out.print(Json.pretty(report) + "\n");
    } else {
      if (!options.quiet()) {
        About about = report.about();
        out.printf(
            "%s: %d files, %s, %s keys; made by Larder %s at %s of %s%n",
            name(),
            report.files(),
            size(report.bytes()),
            about.keys() ? "with" : "without",
            about.larder(),
            about.created(),
            about.data());
        out.printf("every checksum is right%n");
        if (report.data() != null) {
          out.printf("restored into %s; start it: larder serve%n", report.data());
        }
        report.notes().forEach(note -> out.printf("note: %s%n", note));
      }
    }
    out.flush();
  }

  static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec, "set by picocli");
  }
}
