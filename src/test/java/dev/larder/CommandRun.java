package dev.larder;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.settings.Machine;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
    return of(larder, Terminal.NONE, "", arguments);
  }

  /// Runs a command as a person does.
  static CommandRun onScreen(TestLarder larder, String... arguments) {
    return answering(larder, "", arguments);
  }

  /// Runs a command as on another machine, which knows of a Larder only what the command says.
  static CommandRun elsewhere(
      TestLarder larder, Map<String, String> environment, String... arguments) {
    return of(larder, Terminal.NONE, "", environment, List.of(arguments));
  }

  /// Runs a command as a person does who answers what is asked.
  static CommandRun answering(TestLarder larder, String answers, String... arguments) {
    return of(larder, new Terminal(true, true, 200), answers, arguments);
  }

  private static CommandRun of(
      TestLarder larder, Terminal terminal, String answers, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    int port = larder.larder().consoleAddresses().getFirst().getPort();
    // Its configuration asks for any port, so it cannot tell where the console is.
    add(all, "--server", "http://127.0.0.1:" + port);
    add(all, "--token-file", larder.data().resolve("cli.token").toString());
    add(all, "--config", larder.data().resolveSibling("larder.toml").toString());
    return of(larder, terminal, answers, Map.of("NO_COLOR", "1"), all);
  }

  private static void add(List<String> all, String option, String value) {
    if (!all.contains(option)) {
      all.addAll(List.of(option, value));
    }
  }

  private static CommandRun of(
      TestLarder larder,
      Terminal terminal,
      String answers,
      Map<String, String> environment,
      List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(err),
            new BufferedReader(new StringReader(answers)),
            environment,
            terminal,
            InstantSource.system());
    Path directory = larder.data().resolveSibling("");
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
    int exit = Main.commandLine(surroundings, machine).run(arguments.toArray(String[]::new));
    return new CommandRun(exit, out.toString(), err.toString());
  }

  /// What it printed, as bytes.
  byte[] bytes() {
    return out.getBytes(StandardCharsets.UTF_8);
  }
}
