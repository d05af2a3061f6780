package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.Download;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a server ends that is told to: by the signals of init systems and of terminals, while real
/// clients are slow to take what they have asked for.
class StopIT {
  private static final String FILE = "iso/image.iso";
  private static final byte[] BYTES = Bytes.random(32 << 20, 7);

  @TempDir Path directory;
  private FaultyUpstream upstream;
  private LarderProcess larder;

  @BeforeAll
  static void tools() {
    Tools.require("curl", "kill", "chown");
  }

  @BeforeEach
  void start() throws IOException {
    upstream = FaultyUpstream.start();
    upstream.put(FILE, BYTES);
    larder = new LarderProcess(directory, upstream.url());
    // Whoever runs the tests in the background has it ignored by all that they start.
    larder.by("env", "--default-signal=INT");
  }

  @AfterEach
  void stop() {
    larder.close();
    upstream.close();
  }

  /// Starts Larder with the file in its cache.
  private void serve(String stopWithin) throws IOException {
    larder.env("LARDER_PACKAGES__STOP_WITHIN", stopWithin).start();
    assertThat(Download.get(larder.uri(FILE)).body()).isEqualTo(BYTES);
  }

  /// A client that takes so many bytes a second, and has begun to.
  private Process client(int rate) throws IOException {
    Path got = directory.resolve("got");
    Process curl =
        Command.of("curl", "-sS", "--limit-rate", Integer.toString(rate), "-o", got.toString())
            .with(larder.uri(FILE).toString())
            .start(directory.resolve("curl"));
    await().until(() -> Files.exists(got) && Files.size(got) > 0);
    return curl;
  }

  private void signal(String name) {
    Command.of("kill", "-" + name, Long.toString(larder.pid())).runOk();
  }

  private boolean letsIn() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), larder.uri(FILE).getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int exit(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void aClientThatIsInTimeGetsEverything() throws Exception {
    serve("1m");
    Process curl = client(8 << 20);
    signal("TERM");
    await().until(() -> !letsIn());
    assertThat(curl.isAlive()).as("it goes on").isTrue();
    assertThat(exit(curl)).as(Files.readString(directory.resolve("curl"))).isZero();
    assertThat(directory.resolve("got")).hasBinaryContent(BYTES);
    assertThat(larder.awaitEnd(Duration.ofSeconds(20))).isZero();
    assertThat(larder.output()).contains("responses under way have 60 s");
    assertThat(larder.output()).doesNotContain("cut off").doesNotContain("Exception");
  }

  @Test
  void aClientThatIsNotInTimeIsCutOff() throws Exception {
    serve("1s");
    Process curl = client(1 << 20);
    signal("INT");
    assertThat(larder.awaitEnd(Duration.ofSeconds(20))).isZero();
    assertThat(larder.output()).contains("1 connections were cut off");
    assertThat(exit(curl)).as("curl calls it a partial file").isEqualTo(18);
    // And what it has is the beginning of the file.
    byte[] got = Files.readAllBytes(directory.resolve("got"));
    assertThat(got).hasSizeLessThan(BYTES.length);
    assertThat(got).isEqualTo(Arrays.copyOf(BYTES, got.length));
  }

  @Test
  void aSecondSignalEndsTheWait() throws Exception {
    serve("1h");
    Process curl = client(1 << 20);
    signal("TERM");
    await().until(() -> !letsIn());
    assertThat(larder.isAlive()).isTrue();
    signal("TERM");
    assertThat(larder.awaitEnd(Duration.ofSeconds(20))).isZero();
    assertThat(exit(curl)).isEqualTo(18);
    assertThat(larder.output()).contains("told to stop again").doesNotContain("Exception");
    larder.start();
    assertThat(Download.get(larder.uri(FILE)).body()).as("kept").isEqualTo(BYTES);
  }

  @Test
  void whoIsToldToStopWhileStartingEndsAtOnce() throws Exception {
    Process starting = larder.command().start(directory.resolve("starting"));
    // It has the signals when it opens its data, and is not up yet.
    await().pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(larder.data()));
    starting.toHandle().destroy();
    assertThat(exit(starting)).as(Files.readString(directory.resolve("starting"))).isZero();
    serve("10s");
  }

  @Test
  void dataOfAnotherUserIsRefusedAndLeftAsItWas() throws Exception {
    Tools.requireRoot("owners of files");
    serve("10s");
    assertThat(larder.terminate(Duration.ofSeconds(30))).isZero();
    String data = larder.data().toString();
    Command.of("chown", "-R", "12345:12345", data).runOk();
    String before = listing();
    Command.Result refused = larder.command().timeout(Duration.ofSeconds(60)).run();
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.output().strip())
        .isEqualTo(
            "larder: the data in %s belongs to 12345, and this is root; run larder serve as that user, or give it another data directory"
                .formatted(data));
    assertThat(listing()).isEqualTo(before);

    // What a package has made ready for its user is refused as well, though there is no data yet.
    Command.of("rm", "-r", data).runOk();
    Command.of("install", "-d", "-o", "12345", data).runOk();
    assertThat(larder.command().timeout(Duration.ofSeconds(60)).run().output())
        .contains("belongs to 12345, and this is root");
    assertThat(larder.data()).isEmptyDirectory();
  }

  private String listing() {
    return Command.of("find", larder.data().toString())
        .with("(", "-type", "f", "-printf", "%p %u %m %s %T@ %C@\n", ")")
        .with("-o", "-printf", "%p %u %m\n")
        .runOk();
  }
}
