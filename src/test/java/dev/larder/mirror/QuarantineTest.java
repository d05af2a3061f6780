package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
  @TempDir Path directory;

  @Test
  void filesOfOneNameDoNotReplaceEachOtherAndAllGoAfterAWeek() throws IOException {
    Instant now = Instant.parse("2026-11-26T12:00:00Z");
    Path aside = directory.resolve("aside");
    Quarantine quarantine = new Quarantine(aside);
    for (String each : new String[] {"one", "two", "three"}) {
      Path file = Files.createDirectories(directory.resolve(each)).resolve("data.pkg");
      quarantine.take(Files.writeString(file, each), now);
    }
    try (Stream<Path> files = Files.list(aside)) {
      assertThat(files.toList())
          .extracting(Files::readString)
          .containsExactlyInAnyOrder("one", "two", "three");
    }
    quarantine.tidy(now.plus(Duration.ofDays(6)));
    assertThat(aside).isNotEmptyDirectory();
    quarantine.tidy(now.plus(Duration.ofDays(8)));
    assertThat(aside).isEmptyDirectory();
  }

  private Path putAside(Quarantine quarantine, Instant now) throws IOException {
    quarantine.take(Files.writeString(directory.resolve("db"), "damaged"), now);
    return directory.resolve("aside/" + now.getEpochSecond() + "-db");
  }

  @Test
  void byAWrongClockNothingGoes() throws IOException {
    Instant wrong = Instant.parse("1970-01-01T00:10:00Z");
    Quarantine quarantine = new Quarantine(directory.resolve("aside"));
    Path file = putAside(quarantine, wrong);
    quarantine.tidy(wrong.plus(Duration.ofDays(400)));
    assertThat(file).exists();
  }

  @Test
  void whatAWrongClockStampedStaysForAWeekFromWhenItIsRight() throws IOException {
    Instant now = Instant.parse("2026-11-26T12:00:00Z");
    Quarantine quarantine = new Quarantine(directory.resolve("aside"));
    Path file = putAside(quarantine, Instant.parse("1970-01-01T00:10:00Z"));
    quarantine.tidy(now);
    assertThat(file).doesNotExist();
    Path dated = directory.resolve("aside/" + now.getEpochSecond() + "-db");
    assertThat(dated).hasContent("damaged");
    quarantine.tidy(now.plus(Duration.ofDays(6)));
    assertThat(dated).exists();
    quarantine.tidy(now.plus(Duration.ofDays(8)));
    assertThat(directory.resolve("aside")).isEmptyDirectory();
  }
}
