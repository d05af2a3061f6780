package dev.larder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AccessLogTest {
  private static final ZoneId ZONE = ZoneId.of("+01:00");
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);

  private class Gated implements Sink {
    @Override
    public void write(Severity severity, List<String> lines) throws IOException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      written.addAll(lines);
    }

    @Override
    public boolean isDated() {
      return false;
    }

    @Override
    public boolean isGraded() {
      return false;
    }
  }

  private static AccessEntry entry(String target, String agent) {
    return new AccessEntry(
        Instant.parse("2026-11-26T16:30:00.045Z").toEpochMilli(),
        InetAddress.ofLiteral("192.0.2.7"),
        new AccessEntry.Asked("GET", target, "HTTP/1.1", agent),
        200,
        1234,
        3_045_678,
        true,
        new AccessEntry.Found("arch", "miss", "https://mirror.example.net"));
  }

  private static String line(AccessFormat format, AccessEntry entry) {
    StringBuilder line = new StringBuilder();
    format.append(line, entry, new Stamps(ZONE), false);
    return line.toString();
  }

  @Test
  void textHasItsFieldsBetweenBlanks() {
    assertThat(line(AccessFormat.TEXT, entry("/arch/core.db", "pacman/7.0.0")))
        .isEqualTo(
            "2026-11-26T17:30:00.045+01:00 access 192.0.2.7 GET /arch/core.db 200 1234 0.003045"
                + " arch miss https://mirror.example.net \"pacman/7.0.0\"");
  }

  @Test
  void combinedIsWhatOtherProgramsRead() {
    assertThat(line(AccessFormat.COMBINED, entry("/arch/core.db", "pacman/7.0.0")))
        .isEqualTo(
            "192.0.2.7 - - [26/Nov/2026:17:30:00 +0100] \"GET /arch/core.db HTTP/1.1\" 200 1234"
                + " \"-\" \"pacman/7.0.0\"");
  }

  @Test
  void jsonHasNamedFields() {
    JsonNode json =
        new JsonMapper().readTree(line(AccessFormat.JSON, entry("/arch/\"x\n", "a\\b")));
    assertThat(json.get("target").asString()).isEqualTo("/arch/\"x\n");
    assertThat(json.get("agent").asString()).isEqualTo("a\\b");
    assertThat(json.get("time").asString()).isEqualTo("2026-11-26T16:30:00.045Z");
    assertThat(json.get("seconds").asDouble()).isEqualTo(0.003045);
    assertThat(json.get("complete").asBoolean()).isTrue();
  }

  @Test
  void noClientForgesALineOrAField() {
    AccessEntry evil = entry("/x y\n2026 access", "\"\r\nforged");
    for (AccessFormat format : List.of(AccessFormat.TEXT, AccessFormat.COMBINED)) {
      assertThat(line(format, evil))
          .doesNotContain("\n", "\r")
          .contains("\\x0a", "\\x22\\x0d\\x0a");
    }
    assertThat(line(AccessFormat.TEXT, evil).split(" ")).hasSize(12);
  }

  @Test
  void whatFindsNoRoomIsDroppedAndCountedAndNobodyWaits() throws IOException {
    AccessLog log = new AccessLog(ZONE);
    log.redirect(new AccessLog.Output(new Gated(), AccessFormat.TEXT));
    int sent = 3 * AccessLog.CAPACITY;
    for (int i = 0; i < sent; i++) {
      log.add(entry("/" + i, "a"));
    }
    assertThat(log.dropped()).isPositive().isGreaterThanOrEqualTo(sent - 2L * AccessLog.CAPACITY);
    gate.countDown();
    await().untilAsserted(() -> assertThat(written.size() + log.dropped()).isEqualTo(sent));
    log.close();
  }

  @Test
  void noRequestMakesALineLongerThanADatagram() {
    String longest = "\u0085".repeat(100_000);
    AccessEntry evil = entry("/" + longest, longest);
    for (AccessFormat format : AccessFormat.values()) {
      assertThat(line(format, evil).length()).isLessThan(10_000);
      assertThat(line(format, evil).contains("...")).isTrue();
    }
    // Of text what is cut off is missing; JSON would be none.
    assertThat(line(AccessFormat.JSON, evil).length()).isLessThan(7600);
    JsonNode json = new JsonMapper().readTree(line(AccessFormat.JSON, evil));
    assertThat(json.get("target").asString()).hasSize(1000).startsWith("/\u0085").endsWith("...");
  }

  @Test
  void longRequestsFindLessRoom() throws IOException {
    AccessLog log = new AccessLog(ZONE);
    log.redirect(new AccessLog.Output(new Gated(), AccessFormat.TEXT));
    int sent = AccessLog.CAPACITY;
    for (int i = 0; i < sent; i++) {
      log.add(entry("/" + "x".repeat(2000), "a"));
    }
    // What the writer has taken is beside it.
    assertThat(log.dropped()).isGreaterThan(sent - 2 * AccessLog.HEAVIEST / 1000);
    gate.countDown();
    await().untilAsserted(() -> assertThat(written.size() + log.dropped()).isEqualTo(sent));
    long before = log.dropped();
    log.add(entry("/again", "a"));
    log.close();
    assertThat(log.dropped()).isEqualTo(before);
  }

  @Test
  void whateverASinkThrowsTheNextLinesAreWritten() throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    AccessLog log = new AccessLog(ZONE);
    Gated sink =
        new Gated() {
          @Override
          public void write(Severity severity, List<String> lines) throws IOException {
            if (!failed.getAndSet(true)) {
              throw new IllegalStateException("once");
            }
            super.write(severity, lines);
          }
        };
    gate.countDown();
    log.redirect(new AccessLog.Output(sink, AccessFormat.TEXT));
    log.add(entry("/lost", "a"));
    await().untilAsserted(() -> assertThat(log.dropped()).isEqualTo(1));
    log.add(entry("/written", "a"));
    log.close();
    assertThat(written).singleElement().asString().contains("/written");
  }

  @Test
  void closingWritesWhatIsLeft() throws IOException {
    gate.countDown();
    AccessLog log = new AccessLog(ZONE);
    assertThat(log.isOn()).isFalse();
    log.redirect(new AccessLog.Output(new Gated(), AccessFormat.TEXT));
    for (int i = 0; i < 1000; i++) {
      log.add(entry("/" + i, "a"));
    }
    log.close();
    assertThat(written).hasSize(1000);
    assertThat(log.isOn()).isFalse();
    assertThat(log.dropped()).isZero();
  }
}
