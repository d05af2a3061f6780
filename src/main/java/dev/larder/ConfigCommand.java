package dev.larder;

import dev.larder.cli.GlobalOptions;
import dev.larder.config.ConfigText;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Origin;
import dev.larder.config.Setting;
import dev.larder.settings.Config;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `larder config`: looks at the configuration of this machine, without a server.
@Command(name = "config", description = "Check, show or write the configuration file.")
final class ConfigCommand {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int CONFLICT = 5;
  private static final int CONFIG_INVALID = 7;

  private final Machine machine;
  private final Set<String> formats;
  private final GlobalOptions options;

  @Spec private @Nullable CommandSpec spec;

  /// The command.
  ///
  /// @param machine whose configuration it is about
  /// @param formats names of the formats there are
  /// @param options which file, among others
  ConfigCommand(Machine machine, Set<String> formats, GlobalOptions options) {
    this.machine = machine;
    this.formats = Set.copyOf(formats);
    this.options = options;
  }

  @Command(
      name = "check",
      description = "Say whether the configuration is right, and if not, what is wrong where.")
  int check() {
    try {
      LoadedConfig loaded = Config.load(options.config(), List.of(), machine, formats);
      int mirrors = loaded.config().mirrors().size();
      String what = loaded.file() == null ? "no file, all defaults" : loaded.file().toString();
      tell("ok: " + what + ", " + mirrors + (mirrors == 1 ? " mirror" : " mirrors"));
      return OK;
    } catch (InvalidConfig e) {
      return refuse(e);
    }
  }

  @Command(name = "show", description = "Print the configuration as TOML.")
  int show(
      @Option(names = "--effective", description = "Also the keys that have their default.")
          boolean effective,
      @Option(names = "--origin", description = "Say where each value comes from.")
          boolean origin) {
    try {
      List<Setting> settings =
          Config.load(options.config(), List.of(), machine, formats).settings();
      List<Setting> shown =
          effective ? settings : settings.stream().filter(ConfigCommand::isSet).toList();
      out().print(ConfigText.effective(shown, origin));
      if (shown.isEmpty()) {
        out().println("# nothing is set; --effective shows the defaults");
      }
      out().flush();
      return OK;
    } catch (InvalidConfig e) {
      return refuse(e);
    }
  }

  private static boolean isSet(Setting setting) {
    return !(setting.origin() instanceof Origin.Default);
  }

  @Command(name = "init", description = "Write a configuration file that explains every key.")
  int init(
      @Option(
              names = "--path",
              paramLabel = "FILE",
              description = "Where to; without it the usual place.")
          @Nullable Path path,
      @Option(names = "--force", description = "Overwrite a file that is there.") boolean force) {
    Path file = path == null ? Config.preferredPlace(machine) : machine.directory().resolve(path);
    OpenOption[] options =
        force
            ? new OpenOption[] {
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE
            }
            : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
    if (Files.isDirectory(file)) {
      return fail(FAILED, file + " is a directory; name the file to write in it");
    }
    try {
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, ConfigReference.template(), options);
    } catch (FileAlreadyExistsException e) {
      if (!file.toString().equals(e.getFile())) {
        return fail(FAILED, e.getFile() + " is not a directory; choose another place with --path");
      }
      return fail(CONFLICT, file + " exists already; overwrite it with --force");
    } catch (IOException e) {
      String why = e.getClass().getSimpleName() + ": " + e.getMessage();
      return fail(
          FAILED, file + " cannot be written (" + why + "); choose another place with --path");
    }
    tell("wrote " + file);
    return OK;
  }

  private void tell(String line) {
    if (!options.quiet()) {
      out().println(line);
    }
  }

  private int refuse(InvalidConfig problem) {
    err().println(problem.getMessage());
    return CONFIG_INVALID;
  }

  private int fail(int code, String sentence) {
    err().println("error: " + sentence);
    return code;
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
  }
}
