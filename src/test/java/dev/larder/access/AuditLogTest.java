package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final AuditLog.Limits SMALL = new AuditLog.Limits(2000, 2, 3);

  @TempDir private Path directory;
  private final HandClock clock = new HandClock();

  private Path file() {
    return directory.resolve("audit.ndjson");
  }

  private AuditLog open() throws IOException {
    return AuditLog.open(file(), SMALL, clock);
  }

  private static AuditEvent event(String target, String result) {
    return new AuditEvent(Instant.EPOCH, "cli", "127.0.0.1", "token.create", null, target, result);
  }

  private static List<String> targets(AuditLog log) throws IOException {
    return log.last(null, 1000).stream().map(AuditEvent::target).toList();
  }

  @Test
  void aChangeIsALineThatOnlyItsOwnerCanRead() throws IOException {
    try (AuditLog log = open()) {
      log.done(event("a\n\"b\"", AuditEvent.OK));
      assertThat(file())
          .hasContent(
              "{\"time\":\"2026-03-01T12:00:00Z\",\"principal\":\"cli\",\"address\":\"127.0.0.1\","
                  + "\"action\":\"token.create\",\"target\":\"a\\n\\\"b\\\"\",\"result\":\"ok\"}\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-------");
      assertThat(targets(log)).containsExactly("a\n\"b\"");
    }
  }

  @Test
  void theStepsOfAChangeAreLinesBeforeIt() throws IOException {
    try (AuditLog log = open()) {
      log.prepared(event("first file", AuditEvent.OK));
      log.prepared(event("second file", "unfit"));
      log.done(event("commit", AuditEvent.OK));
      assertThat(targets(log)).containsExactly("first file", "second file", "commit");
    }
  }

  @Test
  void itGoesOnWhereItEndedAlsoBehindHalfALine() throws IOException {
    try (AuditLog log = open()) {
      log.done(event("one", AuditEvent.OK));
    }
    Files.writeString(file(), "{\"time\":\"2026-", StandardOpenOption.APPEND);
    try (AuditLog log = open()) {
      log.done(event("two", AuditEvent.OK));
      assertThat(targets(log)).containsExactly("one", "two");
    }
  }

  @Test
  void theNewestAreToldFromATimeOn() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 6; i++) {
        log.done(event("" + i, AuditEvent.OK));
        clock.advance(Duration.ofMinutes(1));
      }
      assertThat(log.last(null, 2)).extracting(AuditEvent::target).containsExactly("4", "5");
      Instant since = Instant.parse("2026-03-01T12:04:00Z");
      assertThat(log.last(since, 10)).extracting(AuditEvent::target).containsExactly("4", "5");
      assertThat(log.last(clock.instant(), 10)).isEmpty();
    }
  }

  @Test
  void largeFilesAreMovedAsideAndTheOldestGoes() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 100; i++) {
        log.done(event("" + i, AuditEvent.OK));
      }
      List<String> targets = targets(log);
      assertThat(targets).hasSizeBetween(30, 50).endsWith("97", "98", "99");
      assertThat(targets.getFirst()).isEqualTo("" + (100 - targets.size()));
    }
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("audit.ndjson", "audit.ndjson.1", "audit.ndjson.2");
    for (String name : List.of("audit.ndjson", "audit.ndjson.1", "audit.ndjson.2")) {
      Path part = directory.resolve(name);
      assertThat(Files.size(part)).isLessThanOrEqualTo(2000);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(part)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aFloodOfRefusalsIsAFewLinesAndANumber() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 10_000; i++) {
        log.refused(event("r" + i, "unauthenticated"));
      }
      log.done(event("change", AuditEvent.OK));
      assertThat(targets(log)).containsExactly("r0", "r1", "r2", "change");
      clock.advance(Duration.ofMinutes(1));
      log.refused(event("later", "unauthenticated"));
      assertThat(log.last(null, 2))
          .satisfiesExactly(
              summary ->
                  assertThat(summary.result())
                      .isEqualTo("9997 more were refused in the minute from 2026-03-01T12:00:00Z"),
              later -> assertThat(later.target()).isEqualTo("later"));
    }
  }

  @Test
  void theRestOfAFloodIsToldAtTheEnd() throws IOException {
    try (AuditLog log = open()) {
      for (int i = 0; i < 5; i++) {
        log.refused(event("r" + i, "unauthenticated"));
      }
    }
    try (AuditLog log = open()) {
      assertThat(log.last(null, 10))
          .hasSize(4)
          .last()
          .satisfies(summary -> assertThat(summary.result()).startsWith("2 more were refused"));
    }
  }
}
