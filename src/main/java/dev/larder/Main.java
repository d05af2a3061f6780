package dev.larder;

import dev.larder.cli.Cli;
import dev.larder.cli.Surroundings;
import dev.larder.settings.Machine;

/// Entry point: turns arguments into an exit code and does nothing else.
public final class Main {
  private Main() {}

  /// Runs the command named by `args` and exits with its code.
  public static void main(String[] args) {
    // Where TLS is the JDK's own, a client could begin it again and again on one connection. Read
    // once, before the first connection.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    int code = commandLine(Surroundings.ofProcess(), Machine.current()).run(args);
    System.exit(code);
  }

  /// The whole command line.
  static Cli commandLine(Surroundings surroundings, Machine machine) {
    return new Cli(Version.current(), surroundings, new LocalMachine(machine));
  }
}
