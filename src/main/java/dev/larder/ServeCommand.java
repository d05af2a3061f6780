package dev.larder;

import dev.larder.cli.CommandFailed;
import dev.larder.cli.ExitCode;
import dev.larder.cli.GlobalOptions;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Reachable;
import dev.larder.log.Logs;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.Repository;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `larder serve`: runs until it is told to stop.
@Command(
    name = "serve",
    description = "Run the server: mirrors, package listener, console.",
    footer = {
      "",
      "Without a configuration it mirrors FreeBSD and Arch Linux at",
      "http://127.0.0.1:8080/.",
      "",
      "Examples:",
      "  larder serve",
      "  larder serve --listen :8080",
      "  larder serve --config /etc/larder/larder.toml"
    })
final class ServeCommand implements Callable<Integer> {
  private final Machine machine;
  private final GlobalOptions options;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      description = "Address of the package listener, instead of the configured ones; repeatable.")
  private List<String> listen = List.of();

  ServeCommand(Machine machine, GlobalOptions options) {
    this.machine = machine;
    this.options = options;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = spec;
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    try {
      Reload.Source source = () -> Config.load(options.config(), listen, machine, Formats.names());
      LoadedConfig loaded = source.load();
      Logs.Surroundings around = Logs.Surroundings.ofProcess(machine.variable("JOURNAL_STREAM"));
      try (Logs logs = Logs.open(loaded.config().log(), around)) {
        Signals.USR1.listen(logs::reopen);
        SystemdNotify systemd = SystemdNotify.to(machine.variable("NOTIFY_SOCKET"));
        return serve(loaded, source, logs, systemd, out);
      }
    } catch (InvalidConfig e) {
      err.println(e.getMessage());
      return ExitCode.CONFIGURATION.number();
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.FAILED, String.valueOf(e.getMessage()), null, e);
    }
  }

  private static int serve(
      LoadedConfig loaded, Reload.Source source, Logs logs, SystemdNotify systemd, PrintWriter out)
      throws IOException, InterruptedException {
    Stop stop = Stop.onSignals();
    CompletableFuture<Reload> started = new CompletableFuture<>();
    // Whoever asks for it while we start is served when we have.
    Signals.HUP.listen(
        () -> Thread.ofVirtual().name("reload").start(() -> reload(started, systemd)));
    try (Larder larder = Larder.open(loaded, source, logs, InstantSource.system());
        IdleCollection _ = IdleCollection.start(IdleCollection.BEAT)) {
      greet(loaded, larder, out);
      started.complete(larder.reload());
      systemd.ready();
      stop.await(larder::hurry);
      systemd.stopping(larder.stopsWithin());
    }
    return 0;
  }

  private static void reload(CompletableFuture<Reload> started, SystemdNotify systemd) {
    Reload reload = started.join();
    systemd.reloading();
    try {
      reload.runForSignal();
    } finally {
      systemd.ready();
    }
  }

  private static void greet(LoadedConfig loaded, Larder larder, PrintWriter out)
      throws IOException {
    Config config = loaded.config();
    Path file = loaded.file();
    out.printf(
        "larder %s  (Java %s, %s/%s)%n",
        Version.current(),
        Runtime.version().feature(),
        System.getProperty("os.name").toLowerCase(Locale.ROOT),
        System.getProperty("os.arch"));
    out.printf(
        "  config   %s%n",
        file == null ? "none found: defaults (write one: larder config init)" : file);
    double free = Files.getFileStore(config.data()).getUsableSpace() / (double) (1L << 30);
    out.printf(Locale.ROOT, "  data     %s  (%.1f GiB free)%n", config.data(), free);
    String scheme = config.packages().tls() == null ? "http" : "https";
    for (MirrorSettings mirror : config.mirrors()) {
      List<String> urls = new ArrayList<>(urls(scheme, larder.ownAddresses(mirror.name()), ""));
      urls.addAll(urls(scheme, larder.packageAddresses(), mirror.name() + "/"));
      out.printf("  mirror   %s%n", String.join("\n           ", urls));
      out.printf("           follows %s%n", String.join(", ", mirror.upstream()));
    }
    for (Repository repository : larder.repositories().all()) {
      List<String> urls = new ArrayList<>(urls(scheme, larder.ownAddresses(repository.name()), ""));
      urls.addAll(urls(scheme, larder.packageAddresses(), repository.name() + "/"));
      out.printf("  repo     %s%n", String.join("\n           ", urls));
      out.printf("           for %s%n", String.join(", ", repository.settings().directories()));
    }
    larder.waiting().values().forEach(why -> out.printf("  waiting  %s%n", why));
    List<InetSocketAddress> console = larder.consoleAddresses();
    out.printf(
        "  console  %s%n", console.isEmpty() ? "off" : String.join(" ", urls("http", console, "")));
    String setup = larder.setupUrl();
    if (setup != null) {
      out.printf("  set up   %s%n", setup);
      out.printf("           makes the first token; works once, for 30 minutes%n");
    }
    out.printf("Point a client at it:  larder snippet %s%n", config.mirrors().getFirst().name());
    out.flush();
  }

  private static List<String> urls(String scheme, List<InetSocketAddress> addresses, String path) {
    return addresses.stream()
        .map(address ->
            Reachable.url(scheme, address)
                + "/"
                + path
                + (address.getAddress().isAnyLocalAddress() ? "  (and every other address)" : ""))
        .toList();
  }
}
