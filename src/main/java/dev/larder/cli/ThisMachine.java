package dev.larder.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the command line cannot do through the API: the commands that act on this machine, and what
/// its configuration says. Given by the program's root, because the command line knows neither the
/// server's classes nor the configuration's.
public interface ThisMachine {
  /// Finds the server of this machine. Asked only by commands that need it, and not if the user
  /// named server and token.
  ///
  /// @param config the configuration file the user named, or null for the usual places
  /// @throws CommandFailed if there is no telling: the configuration is not valid
  ///   ([ExitCode#CONFIGURATION]), or it switches the console off
  Endpoint endpoint(@Nullable Path config);

  /// The commands that act on this machine: objects annotated with picocli's `@Command` that are
  /// `Callable<Integer>` and give an [ExitCode#number()], or a `CommandLine` with subcommands. They
  /// may throw [CommandFailed]. Shown before all others.
  ///
  /// @param options what the user said for every command; valid once a command is called
  List<Object> commands(GlobalOptions options);

  /// Pages of the manual that are about this machine rather than about a command.
  default List<ManPage> manuals(ManPage.Edition edition) {
    return List.of();
  }
}
