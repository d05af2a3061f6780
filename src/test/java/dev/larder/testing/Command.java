package dev.larder.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A program with its arguments, to be run to its end or in the background. Speaks English
/// (`LC_ALL=C`), reads nothing unless told to, and is killed when its time is over.
public final class Command {
  private final List<String> arguments;
  private final Map<String, String> environment = new HashMap<>(Map.of("LC_ALL", "C"));
  private @Nullable Path directory;
  private String input = "";
  private Duration timeout = Duration.ofMinutes(2);

  private Command(List<String> arguments) {
    this.arguments = new ArrayList<>(arguments);
  }

  /// A command.
  public static Command of(String... arguments) {
    return new Command(List.of(arguments));
  }

  /// A command.
  public static Command of(List<String> arguments) {
    return new Command(arguments);
  }

  /// Adds arguments.
  public Command with(String... more) {
    arguments.addAll(List.of(more));
    return this;
  }

  /// Puts words before it, such as `ip netns exec NAME`.
  public Command prefixed(List<String> words) {
    arguments.addAll(0, words);
    return this;
  }

  /// Runs it in this directory.
  public Command in(Path where) {
    directory = where;
    return this;
  }

  /// Gives it this to read.
  public Command input(String text) {
    input = text;
    return this;
  }

  /// Sets an environment variable.
  public Command env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Sets environment variables.
  public Command env(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /// Kills it after this time; two minutes if not said.
  public Command timeout(Duration limit) {
    timeout = limit;
    return this;
  }

  /// What came of a command.
  ///
  /// @param exit its exit code
  /// @param output standard output and standard error, as they came
  public record Result(int exit, String output) {
    /// Whether the exit code is 0.
    public boolean ok() {
      return exit == 0;
    }
  }

  /// Runs it to its end.
  ///
  /// @throws AssertionError if it does not end in time
  public Result run() {
    try {
      // A file and not a pipe: a daemon that is left behind would hold a pipe open for ever.
      Path output = Files.createTempFile("larder-command", ".out");
      Path stdin = Files.writeString(Files.createTempFile("larder-command", ".in"), input);
      try {
        Process process = start(stdin, output);
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              "%s did not end within %s:%n%s".formatted(arguments, timeout, text(output)));
        }
        return new Result(process.exitValue(), text(output));
      } finally {
        Files.delete(output);
        Files.delete(stdin);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + arguments, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + arguments, e);
    }
  }

  /// Runs it to its end and returns its output.
  ///
  /// @throws AssertionError if its exit code is not 0
  public String runOk() {
    Result result = run();
    if (!result.ok()) {
      throw new AssertionError(
          "%s ended with %d:%n%s".formatted(arguments, result.exit(), result.output()));
    }
    return result.output();
  }

  /// Starts it in the background with its output in a file and nothing to read. Whoever starts it
  /// ends it.
  public Process start(Path output) throws IOException {
    return start(Path.of("/dev/null"), output);
  }

  private Process start(Path stdin, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(arguments)
            .redirectErrorStream(true)
            .redirectInput(stdin.toFile())
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    return builder.start();
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return String.join(" ", arguments);
  }
}
