package dev.larder;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A run of the command line on the machine of a Larder.
///
/// @param exit what it exits with
/// @param out what it printed
/// @param err what it printed there
record CommandRun(int exit, String out, String err) {
  /// Runs a command as a program does: without a screen.
  static CommandRun of(TestLarder larder, String... arguments) {
    return of(larder, Terminal.NONE, arguments);
  }

  /// Runs a command as a person does.
  static CommandRun onScreen(TestLarder larder, String... arguments) {
    return of(larder, new Terminal(true, true, 200), arguments);
  }

  private static CommandRun of(TestLarder larder, Terminal terminal, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(err),
            new BufferedReader(new StringReader("")),
            Map.of("NO_COLOR", "1"),
            terminal,
            InstantSource.system());
    Path directory = larder.data().resolveSibling("");
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
    List<String> all = new ArrayList<>(List.of(arguments));
    int port = larder.larder().consoleAddresses().getFirst().getPort();
    all.addAll(List.of("--server", "http://127.0.0.1:" + port));
    all.addAll(List.of("--config", larder.data().resolveSibling("larder.toml").toString()));
    int exit = Main.commandLine(surroundings, machine).run(all.toArray(String[]::new));
    return new CommandRun(exit, out.toString(), err.toString());
  }
}
