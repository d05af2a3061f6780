package dev.larder.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.Amount;
import dev.larder.database.Database;
import dev.larder.store.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {
  private static final int MIB = 1 << 20;

  @TempDir Path data;
  private Layout layout = new Layout(Path.of("/"));
  private @Nullable Database database;
  private Instant now = Instant.parse("2026-11-26T12:00:00Z");
  private final InstantSource clock = () -> now;

  @BeforeEach
  void open() throws IOException {
    layout = new Layout(data);
    database = Database.open(layout.database(), clock);
  }

  @AfterEach
  void close() throws IOException {
    requireNonNull(database).close();
  }

  private Cache cache(long max) throws IOException {
    CacheSettings settings =
        new CacheSettings(
            new Amount.Bytes(max), new Amount.Bytes(0), 95, 90, Duration.ZERO, 1 << 20);
    return Cache.open(settings, layout, requireNonNull(database), clock);
  }

  /// Files of one mirror, each as dear as it is told.
  private final class Shelf implements Stock {
    private final Share share;
    private final String mirror;
    private final Map<String, Rank> ranks = new HashMap<>();
    private final Set<String> kept = new HashSet<>();
    private final Set<String> broken = new HashSet<>();
    private final Set<String> unreadable = new HashSet<>();

    Shelf(Cache cache, String mirror, Amount limit, @Nullable Duration keep) {
      this.mirror = mirror;
      this.share = cache.share(mirror, limit, keep);
      share.connect(this);
    }

    void add(String name, int size, Rank rank) throws IOException {
      assertThat(share.reserve(size)).isNull();
      Path file = layout.held(mirror, name);
      Files.createDirectories(requireNonNull(file.getParent()));
      Files.write(file, new byte[size]);
      ranks.put(name, rank);
      share.release(size);
      share.stored(name, size, 0);
      now = now.plusSeconds(1);
    }

    boolean has(String name) {
      return Files.exists(layout.held(mirror, name));
    }

    @Override
    public @Nullable Rank rank(String name, Instant usedAt) {
      return kept.contains(name) ? null : ranks.getOrDefault(name, Rank.USED);
    }

    @Override
    public long remove(String name) throws IOException {
      Path file = layout.held(mirror, name);
      long size = Files.size(file);
      Files.delete(file);
      share.removed(name, size);
      return size;
    }

    @Override
    public Verdict verify(String name, Pace pace) throws IOException, InterruptedException {
      if (!has(name)) {
        return Verdict.GONE;
      }
      if (unreadable.contains(name)) {
        throw new IOException("Input/output error");
      }
      pace.read((int) Files.size(layout.held(mirror, name)));
      return broken.contains(name) ? Verdict.DAMAGED : Verdict.SOUND;
    }

    @Override
    public void tidy(Instant at) {}
  }

  @Test
  void aScrubGoesOnAfterAFileThatCannotBeRead() throws Exception {
    Cache cache = cache(10 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    for (String name : List.of("a", "b", "c")) {
      arch.add(name, MIB, Rank.USED);
    }
    arch.unreadable.add("a");
    arch.broken.add("c");
    ScrubReport report = cache.scrub(null, name -> true);
    assertThat(report.damaged()).extracting(ScrubReport.Damaged::name).containsExactly("a", "c");
    assertThat(report.files()).isEqualTo(3);
  }

  @Test
  void aNewFilePushesOutTheLeastDear() throws IOException {
    Shelf arch = new Shelf(cache(10 * MIB), "arch", new Amount.Percent(100), null);
    arch.add("used", 4 * MIB, Rank.USED);
    arch.add("old", 3 * MIB, Rank.UNREFERENCED);
    arch.add("rest", 2 * MIB, Rank.USED);
    arch.add("new", 3 * MIB, Rank.USED);
    assertThat(arch.has("old")).isFalse();
    assertThat(List.of("used", "rest", "new")).allMatch(arch::has);
  }

  @Test
  void whatWasAskedForLatelyOutlivesWhatWasNot() throws IOException {
    Shelf arch = new Shelf(cache(10 * MIB), "arch", new Amount.Percent(100), null);
    arch.add("a", 4 * MIB, Rank.USED);
    arch.add("b", 4 * MIB, Rank.USED);
    now = now.plus(Duration.ofHours(1));
    arch.share.flush();
    arch.share.flush(); // what is noted again within ten minutes is not written down
    now = now.plus(Duration.ofHours(1));
    arch.share.used("a");
    arch.add("c", 3 * MIB, Rank.USED);
    assertThat(arch.has("a")).isTrue();
    assertThat(arch.has("b")).isFalse();
  }

  @Test
  void aFileThatCanNeverFitIsRefusedWithTheKeyToChangeAndNothingGoes() throws IOException {
    Shelf arch = new Shelf(cache(10 * MIB), "arch", new Amount.Percent(100), null);
    arch.add("a", 4 * MIB, Rank.USED);
    assertThat(arch.share.reserve(11 * MIB)).contains("max-size");
    assertThat(arch.has("a")).isTrue();
  }

  @Test
  void nothingGoesForAFileThatWouldNotFitEvenThen() throws IOException {
    Shelf arch = new Shelf(cache(10 * MIB), "arch", new Amount.Percent(100), null);
    arch.add("kept", 7 * MIB, Rank.USED);
    arch.add("a", 2 * MIB, Rank.USED);
    arch.kept.add("kept");
    assertThat(arch.share.reserve(5 * MIB)).contains("max-size");
    assertThat(arch.has("a")).isTrue();
  }

  @Test
  void aMirrorOverItsShareLosesItsOwnFilesOnly() throws IOException {
    Cache cache = cache(10 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(50), null);
    Shelf other = new Shelf(cache, "other", new Amount.Percent(100), null);
    other.add("theirs", 3 * MIB, Rank.UNREFERENCED);
    arch.add("a", 3 * MIB, Rank.USED);
    arch.add("b", 3 * MIB, Rank.USED);
    assertThat(arch.has("a")).isFalse();
    assertThat(other.has("theirs")).isTrue();
    assertThat(arch.share.reserve(6 * MIB)).contains("share");
  }

  @Test
  void aDryRunSaysWhatWouldGoAndWhyAndRemovesNothing() throws IOException {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), Duration.ofDays(90));
    arch.add("old", MIB, Rank.USED);
    now = now.plus(Duration.ofDays(91));
    arch.add("young", MIB, Rank.SUPERSEDED);
    Files.createDirectories(layout.state("arch"));
    Cleanup cleanup = cache.collect(2 * MIB, true);
    assertThat(cleanup.items())
        .extracting(Cleanup.Item::name, Cleanup.Item::why)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("old", "nobody has asked for it in `keep`"),
            org.assertj.core.groups.Tuple.tuple("young", Rank.SUPERSEDED.why()));
    assertThat(List.of("old", "young")).allMatch(arch::has);

    cache.collect(0, false);
    assertThat(arch.has("old")).isFalse();
    assertThat(arch.has("young")).isTrue();
    assertThat(cache.report().mirrors().getFirst().counters().expired()).isEqualTo(1);
  }

  @Test
  void nothingIsTooOldByAClockThatIsWrong() throws IOException {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), Duration.ofDays(1));
    now = Instant.parse("1970-01-01T00:00:10Z");
    arch.add("a", MIB, Rank.USED);
    now = Instant.parse("1971-01-01T00:00:00Z");
    assertThat(cache.collect(0, false).items()).isEmpty();
    assertThat(arch.has("a")).isTrue();
  }

  @Test
  void whatWasUsedByAWrongClockIsKeptFromWhenItIsRight() throws IOException {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), Duration.ofDays(1));
    now = Instant.parse("1970-01-01T00:00:10Z");
    arch.add("a", MIB, Rank.USED);
    now = Instant.parse("2026-11-26T12:00:00Z");
    assertThat(cache.collect(0, false).items()).isEmpty();
    now = now.plus(Duration.ofHours(23));
    assertThat(cache.collect(0, false).items()).isEmpty();
    assertThat(arch.has("a")).isTrue();
    now = now.plus(Duration.ofHours(2));
    cache.collect(0, false);
    assertThat(arch.has("a")).isFalse();
  }

  @Test
  void whatIsYetToComeByAClockThatWasSetBackTakesRoomAsWell() throws IOException {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    arch.add("a", 2 * MIB, Rank.USED);
    now = Instant.parse("1970-01-01T00:00:10Z");
    cache.collect(0, false);
    assertThat(cache.report().mirrors().getFirst().files()).isEqualTo(2L * MIB);
    assertThat(arch.has("a")).isTrue();
  }

  @Test
  void whatWasDoneByHandIsSeenByTheNextLook() throws IOException {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    arch.add("a", 2 * MIB, Rank.USED);
    arch.add("b", 3 * MIB, Rank.USED);
    Files.delete(layout.held("arch", "a"));
    Files.write(layout.held("arch", "mine"), new byte[5 * MIB]);
    now = Instant.now().plusSeconds(60); // the file system's clock is not ours
    cache.collect(0, true);
    assertThat(cache.report().mirrors().getFirst().files()).isEqualTo(8L * MIB);
    assertThat(cache.collect(100 * MIB, true).items())
        .extracting(Cleanup.Item::name)
        .containsExactlyInAnyOrder("b", "mine");
  }

  @Test
  void aScrubReadsWhatIsWantedAndNamesWhatIsDamaged() throws Exception {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    arch.add("a", MIB, Rank.USED);
    arch.add("b", MIB, Rank.USED);
    arch.add("other", MIB, Rank.USED);
    arch.broken.add("b");
    ScrubReport report = cache.scrub(null, name -> !name.equals("other"));
    assertThat(report.files()).isEqualTo(2);
    assertThat(report.bytes()).isEqualTo(2 * MIB);
    assertThat(report.damaged()).containsExactly(new ScrubReport.Damaged("arch", "b"));
    assertThat(cache.report().mirrors().getFirst().counters().scrubbedBytes()).isEqualTo(2 * MIB);
  }

  @Test
  void theBackgroundReadsWhatWasNotReadForSoLong() throws Exception {
    Cache cache = cache(100 * MIB);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    arch.add("old", MIB, Rank.USED);
    now = now.plus(Duration.ofDays(2));
    arch.add("new", MIB, Rank.USED);
    arch.share.flush();
    Scrubbing scrubbing = new Scrubbing(new FileUseTable(requireNonNull(database)), clock);
    for (int i = 0; i < 2; i++) {
      scrubbing.due(arch.share, Duration.ofDays(1), bytes -> {});
      assertThat(cache.report().mirrors().getFirst().counters().scrubbedBytes()).isEqualTo(MIB);
    }
  }

  @Test
  void theBackgroundReadsNoFasterThanItMay() throws Exception {
    Scrubbing.Steady pace = new Scrubbing.Steady(MIB);
    long start = System.nanoTime();
    pace.read(MIB / 10);
    pace.read(MIB / 10);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
  }

  @Test
  void tidyingUpBeginsAtOneMarkAndEndsAtTheOther() throws IOException {
    CacheSettings settings =
        new CacheSettings(
            new Amount.Bytes(10 * MIB), new Amount.Bytes(0), 60, 30, Duration.ZERO, MIB);
    Cache cache = Cache.open(settings, layout, requireNonNull(database), clock);
    Shelf arch = new Shelf(cache, "arch", new Amount.Percent(100), null);
    now = Instant.now().plusSeconds(60); // the file system's clock is not ours
    for (String name : List.of("a", "b", "c", "d", "e", "f")) {
      arch.add(name, MIB, Rank.USED);
    }
    assertThat(cache.collect(0, true).items()).isEmpty();
    arch.add("g", MIB, Rank.USED);
    assertThat(cache.collect(0, true).items())
        .extracting(Cleanup.Item::name)
        .containsExactly("a", "b", "c", "d");
    cache
        .prepare(
            new CacheSettings(
                new Amount.Bytes(10 * MIB), new Amount.Bytes(0), 80, 70, Duration.ZERO, MIB))
        .run();
    assertThat(cache.collect(0, true).items()).isEmpty();
  }

  @Test
  void theLimitIsChosenOnceAndWrittenDown() throws IOException {
    CacheSettings settings =
        new CacheSettings(null, new Amount.Bytes(0), 95, 90, Duration.ZERO, 1 << 20);
    long chosen = Cache.open(settings, layout, requireNonNull(database), clock).report().max();
    assertThat(layout.cacheSize()).hasContent(chosen + "\n");
    Files.writeString(layout.cacheSize(), "12345\n");
    assertThat(Cache.open(settings, layout, requireNonNull(database), clock).report().max())
        .isEqualTo(12_345);
    Files.writeString(layout.cacheSize(), "much\n");
    assertThatThrownBy(() -> Cache.open(settings, layout, requireNonNull(database), clock))
        .hasMessageContaining("max-size");
  }
}
