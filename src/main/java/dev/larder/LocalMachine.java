package dev.larder;

import dev.larder.cli.CommandFailed;
import dev.larder.cli.Endpoint;
import dev.larder.cli.ExitCode;
import dev.larder.cli.GlobalOptions;
import dev.larder.cli.ManPage;
import dev.larder.cli.ThisMachine;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Reachable;
import dev.larder.doctor.DoctorCommand;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.Machine;
import dev.larder.store.Layout;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the command line does on this machine: serve and configure, and find the server here.
final class LocalMachine implements ThisMachine {
  private final Machine machine;

  LocalMachine(Machine machine) {
    this.machine = machine;
  }

  @Override
  public Endpoint endpoint(@Nullable Path file) {
    Config config;
    try {
      config = Config.load(file, List.of(), machine, Formats.names()).config();
    } catch (InvalidConfig e) {
      throw new CommandFailed(
          ExitCode.CONFIGURATION,
          "the configuration is not valid, so there is no telling where the server is",
          "see what is wrong with: larder config check",
          e);
    }
    List<InetSocketAddress> listen = config.console().listen();
    if (listen.isEmpty()) {
      throw new CommandFailed(
          ExitCode.CONFIGURATION,
          "the console is switched off",
          "give [console] an address to listen on, and restart larder serve");
    }
    List<URI> consoles =
        listen.stream().map(address -> URI.create(Reachable.url("http", address))).toList();
    return new Endpoint(consoles, new Layout(config.data()).cliToken());
  }

  @Override
  public List<Object> commands(GlobalOptions options) {
    Set<String> formats = Formats.names();
    return List.of(
        new ServeCommand(machine, options),
        new ConfigCommand(machine, formats, options),
        new DoctorCommand(machine, options),
        new BackupCommand(machine, options),
        new RestoreCommand(machine, options),
        new TrainCommand(machine));
  }

  @Override
  public List<ManPage> manuals(ManPage.Edition edition) {
    return List.of(ConfigReference.manual(edition));
  }
}
