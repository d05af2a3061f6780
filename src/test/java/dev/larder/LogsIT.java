package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The logs of a running `larder serve`, with the real logrotate and rsyslog.
class LogsIT {
  private static final String NOBODY = "http://127.0.0.1:9";

  @TempDir Path directory;
  private Path logs;
  private Path access;
  private @Nullable LarderProcess larder;
  private @Nullable Process daemon;

  @BeforeEach
  void places() throws IOException {
    logs = Files.createDirectory(directory.resolve("logs"));
    access = logs.resolve("access.log");
  }

  @AfterEach
  void stop() {
    if (larder != null) {
      larder.kill();
    }
    if (daemon != null) {
      daemon.destroyForcibly().onExit().join();
    }
  }

  private LarderProcess start(String... lines) throws IOException {
    List<String> tables = new ArrayList<>(List.of(lines));
    tables.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), NOBODY));
    larder = new LarderProcess(directory, "arch", tables).start();
    return larder;
  }

  private LarderProcess startWithFiles() throws IOException {
    return start(
        "[log]",
        "target = \"file\"",
        "file = \"" + logs.resolve("larder.log") + "\"",
        "[log.access]",
        "target = \"file\"",
        "file = \"" + access + "\"");
  }

  private void ask(LarderProcess of, String path) {
    Curl.get(of.uri(path).toString());
  }

  private static void awaitLine(Path file, String part) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(file).content().contains(part));
  }

  /// Runs the real logrotate with the shipped file, made to fit this test's place and process.
  private void rotate(LarderProcess of, String... more) throws IOException {
    String shipped = Files.readString(Path.of("packaging/logrotate.d/larder"));
    String fitting =
        shipped
            .replace("/var/log/larder/", logs + "/")
            .replaceAll("systemctl kill .*", "kill -USR1 " + of.pid())
            .replace("\tdaily\n", "\tdaily\n" + String.join("\n", more) + "\n");
    assertThat(fitting).contains("kill -USR1");
    Path config = Files.writeString(directory.resolve("logrotate.conf"), fitting);
    Files.setPosixFilePermissions(
        config, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    Command.of(
            "logrotate",
            "--force",
            "--state",
            directory.resolve("state").toString(),
            config.toString())
        .runOk();
  }

  @Test
  void logrotateMovesFilesAwayAndLarderWritesNewOnes() throws IOException {
    Tools.require("logrotate", "curl");
    LarderProcess running = startWithFiles();
    ask(running, "core/os/x86_64/one.pkg");
    awaitLine(access, "/arch/core/os/x86_64/one.pkg 502 ");
    rotate(running);
    ask(running, "core/os/x86_64/two.pkg");
    awaitLine(access, "two.pkg");
    assertThat(access).content().doesNotContain("one.pkg");
    assertThat(logs.resolve("access.log.1")).content().contains("one.pkg").doesNotContain("two");
    assertThat(running.output()).doesNotContain("one.pkg");
  }

  @Test
  void logrotateEmptiesAFileAndLarderGoesOnAtItsBeginning() throws IOException {
    Tools.require("logrotate", "curl");
    LarderProcess running = startWithFiles();
    ask(running, "core/os/x86_64/one.pkg");
    awaitLine(access, "one.pkg");
    rotate(running, "\tcopytruncate");
    ask(running, "core/os/x86_64/two.pkg");
    awaitLine(access, "two.pkg");
    assertThat(access).content().doesNotContain("one.pkg").doesNotContain("\0");
    assertThat(logs.resolve("access.log.1")).content().contains("one.pkg");
  }

  @Test
  void rsyslogGetsMessagesOverUdpAndByTheLocalSocket() throws IOException {
    Tools.require("rsyslogd", "curl");
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path socket = directory.resolve("dev-log");
    Path received = directory.resolve("received");
    Path config =
        Files.writeString(
            directory.resolve("rsyslog.conf"),
            """
            global(workDirectory="%1$s")
            module(load="imudp")
            input(type="imudp" address="127.0.0.1" port="%2$d")
            module(load="imuxsock" SysSock.Use="off")
            input(type="imuxsock" Socket="%3$s")
            template(name="all" type="string"
              string="%%app-name%%|%%procid%%|%%msgid%%|%%syslogfacility-text%%|%%syslogseverity-text%%|%%msg%%\\n")
            action(type="omfile" file="%4$s" template="all")
            """
                .formatted(directory, port, socket, received));
    daemon =
        Command.of(
                "/usr/sbin/rsyslogd",
                "-n",
                "-f",
                config.toString(),
                "-i",
                directory.resolve("rsyslog.pid").toString())
            .start(directory.resolve("rsyslog-output"));
    await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(socket));
    for (String receiver : List.of("127.0.0.1:" + port, socket.toString())) {
      LarderProcess running =
          start(
              "[log]",
              "target = \"syslog\"",
              "syslog = \"" + receiver + "\"",
              "facility = \"local3\"",
              "[log.access]",
              "target = \"syslog\"");
      ask(running, "core/os/x86_64/a%0Ab.pkg");
      String topic = receiver.startsWith("/") ? "-" : "access";
      String who = "larder|" + running.pid() + "|" + topic + "|local3|info|";
      awaitLine(received, "GET /arch/core/os/x86_64/a%0Ab.pkg 400 ");
      await()
          .untilAsserted(() ->
              assertThat(Files.readAllLines(received))
                  .anyMatch(line -> line.startsWith(who) && line.contains("access 127.0.0.1"))
                  .anyMatch(line -> line.contains("packages are served on")));
      running.kill();
      Files.delete(received);
      Command.of("kill", "-HUP", Long.toString(daemon.pid())).runOk();
    }
  }
}
