package dev.larder.doctor;

import dev.larder.cli.ExitCode;
import dev.larder.cli.GlobalOptions;
import dev.larder.config.InvalidConfig;
import dev.larder.egress.Discovery;
import dev.larder.egress.Egress;
import dev.larder.format.Format;
import dev.larder.format.IndexTrust;
import dev.larder.mirror.MirrorSettings;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import dev.larder.store.RelPath;
import dev.larder.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `larder doctor`: says what is in order on this machine and, with `--online`, at the real
/// upstreams. It is the check of an operator, since tests cannot reach those.
@Command(
    name = "doctor",
    description = {
      "Check this machine, its configuration and what is kept here, and with --online the"
          + " upstreams. Works while the server runs and while it does not.",
      "Changes nothing without --fix. Exits with 1 if there is a problem left, with 7 if the"
          + " configuration is not valid."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  larder doctor",
      "  larder doctor --deep --fix",
      "  larder doctor --online --abi FreeBSD:14:aarch64 --release 14.3-RELEASE",
      "  larder doctor --online --index custom=x86_64/custom.db -o json"
    })
public final class DoctorCommand implements Callable<Integer> {
  private final Machine machine;
  private final GlobalOptions options;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--online",
      description = "Ask the upstreams too: names, redirects, an index, a package.")
  private boolean online;

  @Option(
      names = "--deep",
      description = "Read every index and every package of repositories, and compare checksums.")
  private boolean deep;

  @Option(
      names = "--fix",
      description =
          "Mend what can be mended safely: modes, owners (as root), directories that are"
              + " missing, what a crash left. Nothing is removed that cannot be fetched again.")
  private boolean fix;

  @Option(
      names = "--abi",
      paramLabel = "ABI",
      defaultValue = "FreeBSD:15:amd64",
      description = "Which packages of FreeBSD to look for. Default: ${DEFAULT-VALUE}.")
  private String abi = "";

  @Option(
      names = "--release",
      paramLabel = "RELEASE",
      defaultValue = "15.0-RELEASE",
      description = "Which release of FreeBSD to look for. Default: ${DEFAULT-VALUE}.")
  private String release = "";

  @Option(
      names = "--index",
      paramLabel = "MIRROR=PATH",
      description = "The index to ask a mirror's upstreams for, where the usual is missing.")
  private Map<String, String> indexes = new LinkedHashMap<>();

  /// The command.
  ///
  /// @param machine the one to look at
  /// @param options which configuration, among others
  public DoctorCommand(Machine machine, GlobalOptions options) {
    this.machine = machine;
    this.options = options;
  }

  /// What `-o json` prints.
  ///
  /// @param ok whether there is no problem
  record Report(boolean ok, List<Finding> findings) {}

  @Override
  public Integer call() {
    Probe probe = probe();
    List<Finding> all = new ArrayList<>();
    Consumer<Finding> findings =
        options.json()
            ? all::add
            : finding -> {
              all.add(finding);
              print(finding, all);
            };
    LoadedConfig loaded;
    try {
      loaded = Config.load(options.config(), List.of(), machine, Formats.names());
    } catch (InvalidConfig e) {
      err().println(e.getMessage());
      return ExitCode.CONFIGURATION.number();
    }
    new Doctor(loaded, new Doctor.Depth(deep, fix), findings).look();
    if (online) {
      goOut(loaded.config(), probe, findings);
    }
    long problems = all.stream().filter(f -> f.level() == Finding.Level.PROBLEM).count();
    if (options.json()) {
      out().print(Json.pretty(new Report(problems == 0, all)) + "\n");
    } else if (!options.quiet()) {
      out().println();
      out().println(problems == 0 ? "All is well." : problems + " found to be wrong, see above.");
    }
    out().flush();
    return problems == 0 ? ExitCode.OK.number() : ExitCode.FAILED.number();
  }

  private Probe probe() {
    try {
      Map<String, RelPath> named = new LinkedHashMap<>();
      indexes.forEach((mirror, path) -> named.put(mirror, new RelPath(path)));
      return new Probe(abi, release, named);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void goOut(Config config, Probe probe, Consumer<Finding> findings) {
    Path work = null;
    try (Egress egress = new Egress(config.egress());
        Discovery discovery = new Discovery(config.egress(), new Random())) {
      work = Files.createTempDirectory("larder-doctor");
      for (MirrorSettings mirror : config.mirrors()) {
        Format format = Formats.of(mirror);
        IndexTrust trust = Formats.trust(mirror).inner();
        new UpstreamCheck(mirror, format, trust, probe, egress, discovery, findings).walk(work);
      }
    } catch (IOException e) {
      findings.accept(Finding.problem("online", "check", String.valueOf(e.getMessage())));
    } finally {
      delete(work);
    }
  }

  private static void delete(@Nullable Path directory) {
    if (directory == null) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      // A temporary directory; the system clears it.
    }
  }

  /// One line, under the name of what it is about where that is new. Quietly only what is wrong.
  private void print(Finding finding, List<Finding> all) {
    if (options.quiet()
        && finding.level() != Finding.Level.PROBLEM
        && finding.level() != Finding.Level.FIXED) {
      return;
    }
    Finding before = all.size() < 2 ? null : all.get(all.size() - 2);
    if (options.quiet() || before == null || !before.about().equals(finding.about())) {
      out().println(plain(finding.about()));
    }
    String level =
        switch (finding.level()) {
          case OK -> coloured("32", "ok     ");
          case NOTE -> coloured("33", "note   ");
          case FIXED -> coloured("36", "fixed  ");
          case PROBLEM -> coloured("31", "PROBLEM");
        };
    String time = finding.millis() == null ? "" : "  (" + finding.millis() + " ms)";
    out().println("  " + level + "  " + plain(finding.what() + ": " + finding.detail()) + time);
    if (finding.why() != null) {
      out().println("           why   " + plain(finding.why()));
    }
    if (finding.remedy() != null) {
      out().println("           do    " + plain(finding.remedy()));
    }
    out().flush();
  }

  private String coloured(String code, String text) {
    return options.coloured() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /// Headers and names of upstreams go to a terminal here.
  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec, "set by picocli");
  }

  private PrintWriter out() {
    return spec().commandLine().getOut();
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }
}
