package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder doctor` beside a server that listens elsewhere than its configuration says.
class DoctorListenersIT {
  @TempDir private Path directory;
  private LarderProcess larder;
  private Process serve;
  private Path output;
  private String console;
  private String configured;
  private String given;
  private String own;

  private static String address() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @BeforeEach
  void serve() throws IOException {
    console = address();
    configured = address();
    given = address();
    own = address();
    larder = new LarderProcess(directory, "http://127.0.0.1:9");
    write("[repo.internal]\nformat = \"pacman\"\nlisten = [\"" + own + "\"]\n");
    output = directory.resolve("output");
    serve = larder.command().with("--listen", given).start(output);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(output).contains("Point a client at it"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    serve.destroy();
    serve.waitFor();
    larder.close();
  }

  private Path file() {
    return directory.resolve("larder.toml");
  }

  private void write(String repository) throws IOException {
    List<String> lines =
        List.of(
            "data = \"" + directory.resolve("data") + "\"",
            "[packages]\nlisten = [\"" + configured + "\"]",
            "[console]\nlisten = [\"" + console + "\"]",
            String.join(
                "\n", TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9")),
            repository);
    Files.write(file(), lines);
  }

  private Command.Result doctor() {
    return Command.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.larder.Main",
            "doctor",
            "--config",
            file().toString())
        .run();
  }

  @Test
  void whatTheServerHasIsLookedAt() throws IOException {
    Command.Result run = doctor();
    assertThat(run.ok()).as(run.output()).isTrue();
    assertThat(run.output())
        .contains("packages " + given + ": answers")
        .contains("repository internal " + own + ": answers")
        .contains("console " + console + ": answers")
        .contains(
            "note     packages " + configured + ": is in the configuration, and the server does")
        .contains("larder reload, unless serve has --listen")
        .contains("All is well.");
    write("[repo.internal]\nformat = \"pacman\"\nlisten = [\"0.0.0.0:1\"]\n");
    assertThat(doctor().output())
        .contains("repository internal " + own + ": answers")
        .contains("note     repository internal 0.0.0.0:1: is in the configuration");
  }

  @Test
  void withoutTheTokenItIsTheConfiguration() throws IOException {
    Files.writeString(directory.resolve("data/cli.token"), "another\n");
    Command.Result run = doctor();
    assertThat(run.output())
        .contains("note     listeners: cannot be asked of it: it answers 401")
        .contains("PROBLEM  packages " + configured + ": nobody answers, though the server runs")
        .doesNotContain(given);
    Files.delete(directory.resolve("data/cli.token"));
    assertThat(doctor().output()).contains("cannot be asked of it: its token in ");
  }
}
