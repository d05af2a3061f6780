package dev.larder;

import dev.larder.testing.Command;
import dev.larder.testing.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Larder in a process of its own: `larder serve` with this test run's class path.
public final class NamespacedLarder implements AutoCloseable {
  private static final String READY = "Point a client at it";

  private final Process process;
  private final Path output;

  private NamespacedLarder(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /// Starts it on one of the machines of `netns` and waits until it serves.
  ///
  /// @param directory for its configuration and output
  /// @param lines of `larder.toml`
  public static NamespacedLarder start(
      Path directory, List<String> lines, Netns netns, Netns.Side side) {
    try {
      Path output = directory.resolve("larder.out");
      Process process = netns.start(side, output, serve(directory, lines));
      NamespacedLarder larder = new NamespacedLarder(process, output);
      larder.awaitStart();
      return larder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs one that is expected not to start, to its end.
  public static Command.Result refused(Path directory, List<String> lines) {
    try {
      return serve(directory, lines).timeout(Duration.ofSeconds(60)).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Command serve(Path directory, List<String> lines) throws IOException {
    Path config = Files.write(directory.resolve("larder.toml"), lines);
    return Command.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.larder.Main",
            "serve",
            "--config",
            config.toString())
        .env("HOME", directory.toString());
  }

  private void awaitStart() throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    try {
      while (!output().contains(READY)) {
        if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          throw new AssertionError("larder did not start:\n" + output());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while larder starts", e);
    }
  }

  /// What it has written so far.
  public String output() throws IOException {
    return Files.exists(output) ? Files.readString(output, StandardCharsets.UTF_8) : "";
  }

  /// Ends it in an orderly way.
  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
