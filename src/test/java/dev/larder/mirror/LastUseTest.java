package dev.larder.mirror;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.database.Database;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastUseTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final Instant WRONG = Instant.parse("1970-01-20T00:00:00Z");
  private static final Duration WINDOW = Duration.ofDays(7);
  private static final RelPath DIRECTORY = new RelPath("core/os/x86_64");
  private static final RelPath DB = new RelPath("core/os/x86_64/core.db");

  @TempDir Path data;
  private @Nullable Database database;
  private Instant now = NOW;

  @BeforeEach
  void open() throws IOException {
    database = Database.open(data.resolve("larder.db"), () -> now);
  }

  @AfterEach
  void close() throws IOException {
    requireNonNull(database).close();
  }

  /// What a process knows that has just been started.
  private LastUse started() {
    return new LastUse(new LastUseTable(requireNonNull(database), "arch"), () -> now, () -> WINDOW);
  }

  private static void useAll(LastUse uses) {
    uses.index(DB);
    uses.packageFile(DIRECTORY, "tool");
    uses.companion(DIRECTORY, "tool");
  }

  private static void assertInUse(LastUse uses, boolean inUse) {
    assertThat(uses.indexes(path -> true).contains(DB)).isEqualTo(inUse);
    assertThat(uses.usesPackage(DIRECTORY, "tool")).isEqualTo(inUse);
    assertThat(uses.usesCompanion(DIRECTORY, "tool")).isEqualTo(inUse);
  }

  @Test
  void aUseCountsForTheWindowAndAcrossARestart() {
    LastUse uses = started();
    useAll(uses);
    assertInUse(uses, true);
    uses.flush();
    now = NOW.plus(WINDOW);
    assertInUse(started(), true);
    now = NOW.plus(WINDOW).plusSeconds(1);
    assertInUse(uses, false);
    uses.tidy();
    now = NOW;
    assertInUse(started(), false);
  }

  @Test
  void byAWrongClockNoUseIsForgotten() {
    LastUse uses = started();
    useAll(uses);
    uses.flush();
    now = WRONG;
    LastUse again = started();
    again.tidy();
    assertInUse(again, true);
    now = NOW.plusSeconds(60);
    assertInUse(started(), true);
  }

  @Test
  void norIsAUseOfTheSameWrongClock() {
    now = WRONG;
    LastUse uses = started();
    useAll(uses);
    uses.flush();
    now = WRONG.plus(WINDOW).plusSeconds(1);
    uses.tidy();
    now = NOW;
    assertInUse(uses, true);
    assertInUse(started(), true);
  }

  @Test
  void whatWasUsedWhileTheClockWasWrongIsInUseFromWhenItIsRight() {
    now = WRONG;
    LastUse uses = started();
    useAll(uses);
    now = NOW;
    assertInUse(uses, true);
    uses.flush();
    uses.tidy();
    assertInUse(uses, true);
    now = NOW.plus(WINDOW).plusSeconds(1);
    assertInUse(uses, false);
  }

  @Test
  void theSameIfTheClockWasSetBetweenTwoRuns() {
    now = WRONG;
    LastUse before = started();
    useAll(before);
    before.flush();
    now = NOW;
    LastUse uses = started();
    uses.tidy();
    assertInUse(uses, true);
    now = NOW.plus(WINDOW);
    assertInUse(started(), true);
    now = NOW.plus(WINDOW).plusSeconds(1);
    assertInUse(started(), false);
  }
}
