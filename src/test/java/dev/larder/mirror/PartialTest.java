package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialTest {
  private static final RelPath PATH = new RelPath("core/os/x86_64/a-1-1-x86_64.pkg.tar.zst");
  private static final Promise PROMISE =
      Promise.of(new Expected(100, Checksum.sha256(new byte[100])));
  private static final Instant TIME = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path directory;

  private static void write(Partial partial, int bytes) throws IOException {
    partial.channel().write(ByteBuffer.wrap(new byte[bytes]), partial.channel().size());
  }

  /// One with 40 bytes that are in its journal.
  private Partial begun() throws IOException {
    Partial partial = Partial.open(directory, PATH, PROMISE);
    write(partial, 40);
    partial.journal(40, TIME);
    return partial;
  }

  @Test
  void goesOnFromTheJournalledOffsetAndForgetsTheRest() throws IOException {
    Partial first = begun();
    write(first, 30);
    first.channel().close();

    Partial second = Partial.open(directory, PATH, PROMISE);
    assertThat(second.trusted()).isEqualTo(40);
    assertThat(second.channel().size()).isEqualTo(40);
    assertThat(second.lastModified()).isEqualTo(TIME);
    second.channel().close();
  }

  @Test
  void trustsNoMoreThanThereIs() throws IOException {
    Partial first = begun();
    first.channel().truncate(10);
    first.channel().close();

    Partial second = Partial.open(directory, PATH, PROMISE);
    assertThat(second.trusted()).isEqualTo(10);
    second.channel().close();
  }

  @Test
  void beginsAgainWhenTheJournalIsTorn() throws IOException {
    begun().channel().close();
    for (Path journal : files(".journal")) {
      Files.write(journal, new byte[] {0, 0, 0, '\n'});
    }

    Partial second = Partial.open(directory, PATH, PROMISE);
    assertThat(second.trusted()).isZero();
    second.channel().close();
  }

  @Test
  void doesNotGoOnWithOtherBytesOfTheSameName() throws IOException {
    begun().channel().close();

    Promise other = Promise.of(new Expected(100, Checksum.sha256(new byte[] {1})));
    Partial second = Partial.open(directory, PATH, other);
    assertThat(second.trusted()).isZero();
    second.channel().close();
  }

  @Test
  void recoveryRemovesWhatCannotBeGoneOnWith() throws IOException {
    begun().channel().close();
    Partial unprovable = Partial.open(directory, PATH, Promise.unverified());
    write(unprovable, 40);
    unprovable.channel().close();

    Partial.recover(directory, Instant.now());
    assertThat(files(".part")).hasSize(1);
    assertThat(files(".journal")).hasSize(1);

    Partial.recover(directory, Instant.now().plus(Duration.ofDays(8)));
    assertThat(files("")).isEmpty();
  }

  /// A partial that can be gone on with, as written at `time`.
  private void provable(Instant time) throws IOException {
    begun().channel().close();
    for (Path file : files("")) {
      Files.setLastModifiedTime(file, FileTime.from(time));
    }
  }

  @Test
  void byAWrongClockNothingHasWaitedTooLong() throws IOException {
    provable(Instant.parse("1970-01-01T00:10:00Z"));
    Partial.recover(directory, Instant.parse("1971-01-01T00:00:00Z"));
    assertThat(files("")).hasSize(2);
  }

  @Test
  void whatAWrongClockStampedWaitsFromWhenItIsRight() throws IOException {
    Instant now = Instant.parse("2026-11-26T12:00:00Z");
    provable(Instant.parse("1970-01-01T00:10:00Z"));
    Partial.recover(directory, now);
    Partial.recover(directory, now.plus(Duration.ofDays(6)));
    assertThat(files("")).hasSize(2);
    Partial.recover(directory, now.plus(Duration.ofDays(8)));
    assertThat(files("")).isEmpty();
  }

  private List<Path> files(String end) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    }
  }
}
