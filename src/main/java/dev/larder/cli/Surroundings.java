package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Map;

/// Where a run of the command line happens: everything it reads of or writes to the world beside
/// the server. Tests make their own.
///
/// @param out what was asked for
/// @param err errors and questions
/// @param in answers to questions
/// @param environment variables
/// @param terminal which of these lead to a person
/// @param time what ages are reckoned by
public record Surroundings(
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    Map<String, String> environment,
    Terminal terminal,
    InstantSource time) {
  /// Those of this process.
  public static Surroundings ofProcess() {
    Map<String, String> environment = System.getenv();
    return new Surroundings(
        new PrintWriter(System.out, false, UTF_8),
        new PrintWriter(System.err, true, UTF_8),
        new BufferedReader(new InputStreamReader(System.in, UTF_8)),
        environment,
        Terminal.ofProcess(environment),
        InstantSource.system());
  }

  /// The variable's value, or an empty string if it is not set.
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }
}
