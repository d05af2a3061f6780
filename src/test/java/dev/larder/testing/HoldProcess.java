package dev.larder.testing;

import dev.larder.store.Hold;
import dev.larder.store.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// A process that holds a data directory as a backup does, which is never the process that serves.
public final class HoldProcess implements AutoCloseable {
  private final Process process;

  private HoldProcess(Process process) {
    this.process = process;
  }

  /// Starts one, which holds `data` as soon as it may.
  public static HoldProcess start(Path data) {
    try {
      return new HoldProcess(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx32m",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  HoldProcess.class.getName(),
                  data.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until it holds.
  public HoldProcess holding() throws IOException {
    if (process.getInputStream().read() != 'h') {
      throw new AssertionError("it ended and held nothing");
    }
    return this;
  }

  /// Whether it has said that it holds, now that somebody asks.
  public boolean holds() throws IOException {
    return process.getInputStream().available() > 0;
  }

  /// The process's number.
  public long pid() {
    return process.pid();
  }

  /// Takes the hold, says so, and keeps it until it is killed or nobody listens any more.
  ///
  /// @param arguments the data directory
  public static void main(String[] arguments) throws IOException {
    try (Hold _ = Hold.take(new Layout(Path.of(arguments[0])))) {
      System.out.println("holding");
      while (System.in.read() >= 0) {
        // until the other end is closed
      }
    }
  }

  /// Kills it: whatever the process had is given back by the system.
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
