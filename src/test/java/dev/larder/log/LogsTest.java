package dev.larder.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.config.Document;
import dev.larder.config.InvalidConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Isolated("it says where the messages of the whole process go")
class LogsTest {
  private static final Logger OURS = LoggerFactory.getLogger("dev.larder.logstest.Thing");
  private static final Logger THEIRS = LoggerFactory.getLogger("org.example.Library");
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+01:00";

  @TempDir Path directory;
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

  private LogSettings settings(String... lines) throws IOException, InvalidConfig {
    Path file = Files.write(directory.resolve("larder.toml"), List.of(lines));
    Document document = Document.load(file);
    LogSettings settings =
        LogSettings.read(
            document.root().table("log"),
            new LogSettings.Places(directory, directory.resolve("dev-log")));
    document.finish();
    return settings;
  }

  private Logs open(boolean journal, String... lines) throws IOException, InvalidConfig {
    return Logs.open(settings(lines), around(journal));
  }

  private Logs.Surroundings around(boolean journal) {
    return new Logs.Surroundings(
        new PrintStream(stderr, true, UTF_8), journal, Instant::now, ZoneId.of("+01:00"));
  }

  private String said() {
    return stderr.toString(UTF_8);
  }

  @Test
  void textHasTimeLevelAndMessage() throws Exception {
    try (Logs logs = open(false)) {
      OURS.info("hello {}", "you");
      OURS.debug("too much");
      THEIRS.info("too much");
      THEIRS.warn("trouble");
      assertThat(logs.messages()).containsEntry("info", 1L).containsEntry("warn", 1L);
    }
    assertThat(said())
        .matches(TIME + " INFO  hello you\n" + TIME + " WARN  org.example.Library: trouble\n");
  }

  @Test
  void theJournalGetsPrioritiesAndNoTime() throws Exception {
    try (Logs logs = open(true)) {
      OURS.error("broken", new IOException("one\ntwo"));
      OURS.info("fine");
      assertThat(logs.messages()).containsEntry("error", 1L);
    }
    assertThat(said()).startsWith("<3>broken\n<3>  java.io.IOException: one\n<3>  two\n<3>");
    assertThat(said()).endsWith("\n<6>fine\n");
  }

  @Test
  void noMessageForgesALine() throws Exception {
    try (Logs logs = open(false)) {
      OURS.warn("asked for {}", "/x\n2026-01-01 ERROR forged\u001b[31m");
      assertThat(logs.messages()).containsEntry("warn", 1L);
    }
    assertThat(said()).hasLineCount(1).contains("/x\\n2026-01-01 ERROR forged\\u001b[31m");
  }

  @Test
  void jsonIsAnObjectALine() throws Exception {
    try (Logs logs = open(false, "[log]", "format = \"json\"")) {
      OURS.warn("a \"b\"", new IOException("why"));
      assertThat(logs.messages()).containsEntry("warn", 1L);
    }
    assertThat(said()).hasLineCount(1);
    JsonNode line = new JsonMapper().readTree(said());
    assertThat(line.get("level").asString()).isEqualTo("warn");
    assertThat(line.get("logger").asString()).isEqualTo("logstest.Thing");
    assertThat(line.get("message").asString()).isEqualTo("a \"b\"");
    assertThat(line.get("exception").asString()).startsWith("java.io.IOException: why");
    assertThat(Instant.parse(line.get("time").asString())).isBefore(Instant.now().plusMillis(1));
  }

  @Test
  void filesAreRotatedAsTheTableSays() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    Logs.Surroundings around =
        new Logs.Surroundings(
            new PrintStream(stderr, true, UTF_8), false, now::get, ZoneId.of("+01:00"));
    LogSettings bySize =
        settings("[log]", "target = \"file\"", "max-size = \"1B\"", "keep = 2", "compress = false");
    try (Logs logs = Logs.open(bySize, around)) {
      for (int i = 0; i < 5; i++) {
        OURS.info("line {}", i);
        now.updateAndGet(before -> before.plusMillis(1));
      }
      await().untilAsserted(() -> assertThat(moved()).hasSize(2).noneMatch(n -> n.endsWith(".gz")));
      logs.apply(settings("[log]", "target = \"file\"", "max-size = \"0B\"", "max-age = \"1h\""));
      OURS.info("young");
      assertThat(moved()).hasSize(2);
      now.updateAndGet(before -> before.plus(Duration.ofHours(1).plusMinutes(1)));
      OURS.info("fresh");
      await().untilAsserted(() -> assertThat(moved()).hasSize(3).allMatch(n -> n.endsWith(".gz")));
      assertThat(Files.readString(directory.resolve("larder.log")))
          .contains("fresh")
          .doesNotContain("young");
    }
  }

  private List<String> moved() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.startsWith("larder.log."))
          .toList();
    }
  }

  @Test
  void levelsAreOfSingleLoggersAndEndWithTheLogs() throws Exception {
    boolean before = OURS.isDebugEnabled();
    try (Logs logs =
        open(
            false,
            "[log]",
            "level = \"error\"",
            "levels = [\"logstest=debug\", \"org.example=info\"]")) {
      OURS.debug("closely");
      THEIRS.info("heard");
      LoggerFactory.getLogger("dev.larder.other").warn("not heard");
      assertThat(said())
          .contains("DEBUG logstest.Thing: closely")
          .contains("heard")
          .doesNotContain("not");
      logs.apply(settings("[log]", "level = \"error\""));
      OURS.debug("no more");
      assertThat(said()).doesNotContain("no more");
    }
    assertThat(OURS.isDebugEnabled()).isEqualTo(before);
  }

  @Test
  void oneOfOursIsNamedAsMessagesNameIt() throws Exception {
    String levels = "levels = [\"%s=debug\"]";
    for (String name :
        List.of("mirror", "mirror.Fill", "format.pacman", "format.pacman.Database", "Reload")) {
      for (String written : List.of(name, "dev.larder." + name)) {
        try (Logs _ = open(false, "[log]", levels.formatted(written))) {
          LoggerFactory.getLogger("dev.larder." + name).debug("of {}", written);
          assertThat(said()).contains("DEBUG %s: of %s".formatted(name, written));
        }
      }
    }
    try (Logs _ = open(false, "[log]", levels.formatted("mirror.Fill"))) {
      LoggerFactory.getLogger("dev.larder.mirror.Fills").debug("of another");
      assertThat(said()).doesNotContain("of another");
    }
  }

  @Test
  void aLogThatCannotBeWrittenRefusesTheStartAndAReloadChangesNothing() throws Exception {
    Path inTheWay = Files.writeString(directory.resolve("in-the-way"), "");
    String[] bad = {"[log]", "target = \"file\"", "file = \"" + inTheWay + "/larder.log\""};
    assertThatThrownBy(() -> open(false, bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot write the log")
        .hasMessageContaining("[log] file");
    try (Logs logs = open(false)) {
      LogSettings broken = settings(bad);
      assertThatThrownBy(() -> logs.apply(broken)).isInstanceOf(IOException.class);
      OURS.info("still here");
    }
    assertThat(said()).contains("still here");
  }

  @Test
  void aReloadMovesMessagesIntoAFileAndReopensIt() throws Exception {
    Path file = directory.resolve("larder.log");
    try (Logs logs = open(false)) {
      logs.apply(settings("[log]", "target = \"file\""));
      OURS.info("one");
      Files.move(file, directory.resolve("moved"));
      logs.reopen();
      OURS.info("two");
    }
    assertThat(said()).isEmpty();
    assertThat(directory.resolve("moved")).content().contains("INFO  one\n");
    assertThat(file).content().contains("INFO  two\n").doesNotContain("one");
  }

  @Test
  void syslogOverUdpIsRfc5424() throws Exception {
    try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      receiver.setSoTimeout(10_000);
      String port = "127.0.0.1:" + receiver.getLocalPort();
      try (Logs logs =
          open(
              false,
              "[log]",
              "target = \"syslog\"",
              "facility = \"local3\"",
              "syslog = \"" + port + "\"")) {
        OURS.warn("ü");
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        receiver.receive(packet);
        assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8))
            .matches("<156>1 \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z [!-~]+ larder \\d+ message - ü");
        assertThat(logs.messages()).containsEntry("warn", 1L);
      }
    }
  }

  @Test
  void eachDatagramIsWholeJsonAlsoFromWhoeverIsInterrupted() throws Exception {
    try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      receiver.setSoTimeout(10_000);
      String port = "127.0.0.1:" + receiver.getLocalPort();
      try (Logs logs =
          open(
              false,
              "[log]",
              "target = \"syslog\"",
              "format = \"json\"",
              "syslog = \"" + port + "\"")) {
        Thread.currentThread().interrupt();
        OURS.warn("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        OURS.warn("long {}", "\u0007\"ü".repeat(20_000), new IOException("x".repeat(20_000)));
        assertThat(logs.messages()).containsEntry("warn", 2L);
        for (String begins : List.of("interrupted", "long \u0007\"ü")) {
          DatagramPacket packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
          receiver.receive(packet);
          String message = new String(packet.getData(), 0, packet.getLength(), UTF_8);
          assertThat(packet.getLength()).isLessThanOrEqualTo(8000);
          JsonNode line = new JsonMapper().readTree(message.substring(message.indexOf('{')));
          assertThat(line.get("message").asString()).startsWith(begins);
        }
      }
    }
  }

  @Test
  void withoutADaemonMessagesComeToStandardError() throws Exception {
    try (Logs logs = open(false, "[log]", "target = \"syslog\"")) {
      OURS.warn("one");
      OURS.warn("two");
      assertThat(logs.messages()).containsEntry("warn", 2L);
    }
    assertThat(said().lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .contains("The log cannot be written")
        .contains("dev-log");
  }

  @Test
  void onlyTheVariableThatNamesOurStandardErrorMeansTheJournal() throws IOException {
    Path file = Files.createFile(directory.resolve("stderr"));
    String is = Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino");
    assertThat(StderrSink.isJournal(is, file)).isTrue();
    assertThat(StderrSink.isJournal("8:1", file)).isFalse();
    assertThat(StderrSink.isJournal("", file)).isFalse();
    assertThat(StderrSink.isJournal(is, directory.resolve("none"))).isFalse();
  }
}
