package dev.larder.mirror;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cache.Cache;
import dev.larder.cache.CacheSettings;
import dev.larder.config.Amount;
import dev.larder.database.Database;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldFilesTest {
  private static final RelPath PATH = new RelPath("core/os/x86_64/a-1-1-x86_64.pkg.tar.zst");
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  private static final byte[] BYTES = filled(200_000, 7);

  @TempDir Path data;
  private Layout layout = new Layout(Path.of("/"));
  private @Nullable Database database;

  private static byte[] filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static Promise promise(byte[] bytes) {
    return Promise.of(new Expected(bytes.length, Checksum.sha256(bytes)));
  }

  @BeforeEach
  void layOut() throws IOException {
    layout = new Layout(data);
    database = Database.open(layout.database(), InstantSource.system());
  }

  @AfterEach
  void close() throws IOException {
    requireNonNull(database).close();
  }

  /// A mirror that has just been started: knows only what was flushed.
  private HeldFiles started() {
    return new HeldFiles(
        layout,
        "arch",
        path -> RelPath.ROOT,
        new HeldFileTable(requireNonNull(database), "arch"),
        cache().share("arch", new Amount.Percent(100), null),
        InstantSource.system());
  }

  private Cache cache() {
    try {
      return Cache.open(
          CacheSettings.DEFAULT, layout, requireNonNull(database), InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keep(HeldFiles held, byte[] bytes, boolean aside) throws IOException {
    Path part = Files.write(data.resolve("part"), bytes);
    held.keep(
        PATH,
        promise(bytes),
        part,
        aside,
        Checksum.sha256(bytes),
        new HeldFiles.Upstreamed(TIME, "\"e\""));
  }

  private boolean holds(HeldFiles held, Promise promise) throws IOException {
    HeldFiles.Held found = held.find(PATH, promise);
    if (found == null) {
      return false;
    }
    found.file().close();
    return true;
  }

  private Path file() {
    return layout.file("arch", PATH);
  }

  @Test
  void aKeptFileLiesWhereItsUrlSaysWithUpstreamsTime() throws IOException {
    HeldFiles held = started();
    keep(held, BYTES, false);
    assertThat(file()).hasBinaryContent(BYTES);
    assertThat(Files.getLastModifiedTime(file())).isEqualTo(FileTime.from(TIME));
    assertThat(holds(held, promise(BYTES))).isTrue();
  }

  @Test
  void sameNameWithOtherBytesIsAnotherFile() throws IOException {
    HeldFiles held = started();
    keep(held, BYTES, false);
    assertThat(holds(held, promise(filled(200_000, 8)))).isFalse();
    assertThat(file()).as("the bytes may still serve someone else").exists();
  }

  @Test
  void aFileYoungerThanTheJournalIsCheckedAfterAPowerCut() throws IOException {
    keep(started(), BYTES, false);
    assertThat(holds(started(), promise(BYTES))).as("whole").isTrue();
  }

  @Test
  void aFileWhoseTailWasZeroedByAPowerCutIsThrownAway() throws IOException {
    keep(started(), BYTES, false);
    try (RandomAccessFile torn = new RandomAccessFile(file().toFile(), "rw")) {
      torn.seek(190_000);
      torn.write(new byte[10_000]);
    }
    Files.setLastModifiedTime(file(), FileTime.from(TIME));
    assertThat(holds(started(), promise(BYTES))).isFalse();
    assertThat(file()).doesNotExist();
  }

  @Test
  void aFileWhoseTailWasCutOffIsNotServed() throws IOException {
    HeldFiles held = started();
    keep(held, BYTES, false);
    held.flush();
    try (RandomAccessFile torn = new RandomAccessFile(file().toFile(), "rw")) {
      torn.setLength(100_000);
    }
    Files.setLastModifiedTime(file(), FileTime.from(TIME));
    assertThat(holds(started(), promise(BYTES))).isFalse();
  }

  @Test
  void anUnprovableFileYoungerThanTheJournalIsFetchedAgain() throws IOException {
    HeldFiles held = started();
    Path part = Files.write(data.resolve("part"), BYTES);
    held.keep(
        PATH,
        Promise.unverified(),
        part,
        false,
        Checksum.sha256(BYTES),
        new HeldFiles.Upstreamed(TIME, null));
    assertThat(holds(started(), Promise.unverified())).isFalse();
    held.flush();
    assertThat(holds(started(), Promise.unverified())).isTrue();
  }

  @Test
  void aDeletedFileIsJustNotHeld() throws IOException {
    HeldFiles held = started();
    keep(held, BYTES, false);
    held.flush();
    Files.delete(file());
    assertThat(holds(held, promise(BYTES))).isFalse();
  }

  @Test
  void bytesStoredBeforeTheirIndexWasKnownAreTakenWhenTheyMatch() throws IOException {
    HeldFiles held = started();
    Path part = Files.write(data.resolve("part"), BYTES);
    held.keep(
        PATH,
        Promise.unverified(),
        part,
        false,
        Checksum.sha256(BYTES),
        new HeldFiles.Upstreamed(TIME, null));
    assertThat(holds(held, promise(BYTES))).isTrue();
    assertThat(holds(held, promise(filled(200_000, 9)))).isFalse();
  }

  @Test
  void aReusedNameChangesHandsAndBothBytesStay() throws IOException {
    HeldFiles held = started();
    byte[] fresh = filled(150_000, 3);
    keep(held, BYTES, false);
    keep(held, fresh, true);
    assertThat(file()).hasBinaryContent(BYTES);

    held.exchange(PATH, promise(BYTES), promise(fresh));
    assertThat(file()).hasBinaryContent(fresh);
    assertThat(holds(held, promise(fresh))).isTrue();
    assertThat(holds(held, promise(BYTES))).isTrue();

    held.removeAside(RelPath.ROOT, Set.of());
    assertThat(holds(held, promise(BYTES))).isFalse();
  }

  @Test
  void losingTheDatabaseLosesNothing() throws IOException {
    HeldFiles held = started();
    keep(held, BYTES, false);
    held.flush();
    requireNonNull(database).close();
    Files.delete(layout.database());
    database = Database.open(layout.database(), InstantSource.system());
    assertThat(holds(started(), promise(BYTES))).isTrue();
  }
}
