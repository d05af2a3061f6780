package dev.larder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Runs real tools for tests that compare with them.
public final class ExternalCommand {
  private ExternalCommand() {}

  /// What a tool left behind.
  ///
  /// @param status its exit status
  /// @param output what it wrote to standard output and standard error
  public record Result(int status, String output) {}

  /// Skips the test if a tool is missing; fails it in CI, where nothing may be skipped.
  public static void require(String... tools) {
    for (String tool : tools) {
      boolean there =
          List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).stream()
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
      require(there, tool);
    }
  }

  /// Skips the test if something it needs is missing; fails it in CI.
  public static void require(boolean there, String what) {
    if (!there && System.getenv("CI") != null) {
      throw new AssertionError(what + " is not installed, and in CI no test is skipped");
    }
    Assumptions.assumeTrue(there, what + " is not installed");
  }

  /// Runs a command that has to succeed and returns what it wrote.
  public static String run(Path directory, String... command) throws Exception {
    Result result = attempt(directory, "", command);
    if (result.status != 0) {
      throw new AssertionError(
          String.join(" ", command) + " failed with " + result.status + ":\n" + result.output);
    }
    return result.output;
  }

  /// Runs a command that may fail, with `input` as its standard input.
  public static Result attempt(Path directory, String input, String... command) throws Exception {
    Path output = Files.createTempFile("command", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading all of its input; its status tells more.
      }
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(String.join(" ", command) + " did not end");
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }
}
