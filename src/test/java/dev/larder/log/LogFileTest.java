package dev.larder.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  @TempDir Path directory;
  private Path path;
  private Instant now = Instant.parse("2026-11-26T16:30:00Z");

  @BeforeEach
  void name() {
    path = directory.resolve("logs/larder.log");
  }

  private LogFile open(Rotation rotation) throws IOException {
    return LogFile.open(path, rotation, () -> now);
  }

  private static void write(LogFile file, String line) throws IOException {
    file.write((line + "\n").getBytes(UTF_8));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("logs"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theDirectoryIsMadeAndNobodyElseMayRead() throws IOException {
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
    }
    assertThat(path).hasContent("one\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).endsWith("---");
  }

  @Test
  void whatIsThereIsAppendedTo() throws IOException {
    Files.createDirectories(directory.resolve("logs"));
    Files.writeString(path, "before\n");
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "after");
    }
    assertThat(path).hasContent("before\nafter\n");
  }

  @Test
  void aFileThatWasMovedAwayIsNoticedASecondLater() throws IOException {
    Path moved = directory.resolve("moved");
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
      Files.move(path, moved);
      write(file, "two");
      now = now.plusSeconds(1);
      write(file, "three");
    }
    assertThat(moved).hasContent("one\ntwo\n");
    assertThat(path).hasContent("three\n");
  }

  @Test
  void reopeningNoticesAtOnce() throws IOException {
    Path moved = directory.resolve("moved");
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
      Files.move(path, moved);
      Files.createFile(path);
      file.reopen();
      write(file, "two");
    }
    assertThat(moved).hasContent("one\n");
    assertThat(path).hasContent("two\n");
  }

  @Test
  void afterSomebodyHasEmptiedItItHasNoHole() throws IOException {
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
      FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
          .close();
      write(file, "two");
    }
    assertThat(path).hasContent("two\n");
  }

  @Test
  void aFullOneIsMovedAwayPackedAndOnlySoManyStay() throws IOException {
    Rotation rotation = new Rotation(4, Duration.ZERO, 2, true);
    try (LogFile file = open(rotation)) {
      for (int i = 0; i < 5; i++) {
        write(file, "line" + i);
        now = now.plusMillis(1);
      }
    }
    await()
        .untilAsserted(() ->
            assertThat(names())
                .containsExactly(
                    "larder.log",
                    "larder.log.20261126T163000.003Z.gz",
                    "larder.log.20261126T163000.004Z.gz"));
    assertThat(path).hasContent("line4\n");
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(path.resolveSibling("larder.log.20261126T163000.004Z.gz")))) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("line3\n");
    }
  }

  @Test
  void anOldOneIsMovedAway() throws IOException {
    try (LogFile file = open(new Rotation(0, Duration.ofDays(1), 5, false))) {
      write(file, "one");
      now = now.plus(Duration.ofHours(23));
      write(file, "two");
      now = now.plus(Duration.ofHours(1));
      write(file, "three");
    }
    assertThat(path).hasContent("three\n");
    assertThat(path.resolveSibling("larder.log.20261127T163000.000Z")).hasContent("one\ntwo\n");
  }

  @Test
  void oneThatCannotBeMovedAwayIsWrittenOnAndMovedLater() throws IOException {
    Path logs = directory.resolve("logs");
    Path away = directory.resolve("away");
    try (LogFile file = open(new Rotation(4, Duration.ZERO, 2, false))) {
      write(file, "line0");
      Files.move(logs, away);
      write(file, "line1");
      write(file, "line2");
      Files.move(away, logs);
      write(file, "line3");
      assertThat(path).hasContent("line0\nline1\nline2\nline3\n");
      now = now.plus(Duration.ofMinutes(1));
      write(file, "line4");
    }
    assertThat(path).hasContent("line4\n");
    assertThat(names()).hasSize(2);
  }

  @Test
  void whoeverIsInterruptedLosesNoLine() throws IOException {
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
      Thread.currentThread().interrupt();
      write(file, "two");
      assertThat(Thread.interrupted()).isTrue();
      write(file, "three");
    }
    assertThat(path).hasContent("one\ntwo\nthree\n");
  }

  @Test
  void aDirectoryThatIsGoneFailsTheLineAndIsMadeAnewForTheNext() throws IOException {
    try (LogFile file = open(Rotation.NEVER)) {
      write(file, "one");
      Files.move(directory.resolve("logs"), directory.resolve("away"));
      Files.writeString(directory.resolve("logs"), "in the way");
      now = now.plusSeconds(2);
      assertThatThrownBy(() -> write(file, "two")).isInstanceOf(IOException.class);
      Files.delete(directory.resolve("logs"));
      write(file, "three");
    }
    assertThat(path).hasContent("three\n");
  }

  @Test
  void byAWrongClockNoneIsMovedAwayForItsAge() throws IOException {
    now = Instant.parse("1970-01-01T00:00:10Z");
    try (LogFile file = open(new Rotation(0, Duration.ofDays(1), 2, false))) {
      write(file, "one");
      now = now.plus(Duration.ofDays(400));
      write(file, "two");
      // Set right: its age is not known, and counts from here.
      now = Instant.parse("2026-11-26T16:30:00Z");
      write(file, "three");
      now = now.plus(Duration.ofHours(23));
      write(file, "four");
      assertThat(path).hasContent("one\ntwo\nthree\nfour\n");
      now = now.plus(Duration.ofHours(1));
      write(file, "five");
      assertThat(path).hasContent("five\n");
    }
  }

  @Test
  void whatWasMovedAwayLastIsTheNewestThoughTheClockWasSetBack() throws IOException {
    Rotation rotation = new Rotation(4, Duration.ZERO, 2, false);
    try (LogFile file = open(rotation)) {
      for (int i = 0; i < 3; i++) {
        write(file, "line" + i);
        now = now.plusSeconds(60);
      }
      now = Instant.parse("1970-01-01T00:00:10Z");
      for (int i = 3; i < 5; i++) {
        now = now.plusSeconds(60);
        write(file, "line" + i);
      }
      await().untilAsserted(() -> assertThat(names()).hasSize(3));
    }
    try (Stream<Path> files = Files.list(directory.resolve("logs"))) {
      assertThat(files.toList())
          .extracting(each -> Files.readString(each).strip())
          .containsExactlyInAnyOrder("line2", "line3", "line4");
    }
  }
}
