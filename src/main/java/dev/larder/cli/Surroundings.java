package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a run of the command line happens: everything it reads of or writes to the world beside
/// the server. Tests make their own.
///
/// @param out what was asked for
/// @param err errors and questions
/// @param in answers to questions
/// @param environment variables
/// @param terminal which of these lead to a person
/// @param time what ages are reckoned by
/// @param secrets asks a person for what must not be seen on the screen
public record Surroundings(
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    Map<String, String> environment,
    Terminal terminal,
    InstantSource time,
    SecretPrompt secrets) {
  /// Asks for a secret and reads it without showing it.
  @FunctionalInterface
  public interface SecretPrompt {
    /// Asks, and waits for the answer.
    ///
    /// @return what was typed, or null at the end of input
    /// @throws CommandFailed if it would be shown
    @Nullable String ask(String question) throws IOException;
  }

  /// Those that read secrets like every other answer.
  public Surroundings(
      PrintWriter out,
      PrintWriter err,
      BufferedReader in,
      Map<String, String> environment,
      Terminal terminal,
      InstantSource time) {
    this(
        out,
        err,
        in,
        environment,
        terminal,
        time,
        question -> {
          err.print(question);
          err.flush();
          return in.readLine();
        });
  }

  /// Those of this process.
  public static Surroundings ofProcess() {
    Map<String, String> environment = System.getenv();
    return new Surroundings(
        new PrintWriter(System.out, false, UTF_8),
        new PrintWriter(System.err, true, UTF_8),
        new BufferedReader(new InputStreamReader(System.in, UTF_8)),
        environment,
        Terminal.ofProcess(environment),
        InstantSource.system(),
        Surroundings::askUnseen);
  }

  /// Java's console switches echoing off, and on again also when it is interrupted.
  @SuppressWarnings("SystemConsoleNull")
  private static @Nullable String askUnseen(String question) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "a secret cannot be asked for unless input and output are a terminal",
          "name the file it is in, with --token-file or --password-file");
    }
    char[] typed = console.readPassword("%s", question);
    return typed == null ? null : new String(typed);
  }

  /// The variable's value, or an empty string if it is not set.
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /// Where a program is that this user can run, or null.
  @Nullable Path program(String name) {
    for (String directory : variable("PATH").split(":", -1)) {
      Path file = Path.of(directory, name);
      // An empty entry is the working directory, where nobody keeps programs on purpose.
      if (file.isAbsolute() && Files.isExecutable(file) && Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }
}
