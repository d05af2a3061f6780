package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.clock.Ages;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which former generations of a root are held.
class HoldingTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final Instant WRONG = Instant.parse("1970-01-01T00:10:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path data;

  private final Ages ages = new Ages();

  /// Generations that were fetched at these times, the newest first; it has the greatest number.
  private List<Generation> fetched(Instant... times) throws IOException {
    Generations generations = new Generations(new Layout(data).root("arch", RelPath.ROOT));
    List<Generation> all = new ArrayList<>();
    for (int i = 0; i < times.length; i++) {
      Generation.Origin origin = new Generation.Origin("http://127.0.0.1:1", times[i], -1, "");
      all.add(generations.commit(generations.draft(), times.length - i, origin));
    }
    return all;
  }

  private List<Long> held(Holding holding, List<Generation> former, Instant now) {
    return holding.of(former, now, ages, now).stream().map(Generation::number).toList();
  }

  @Test
  void soManyAreHeldAndNoneForLongerThanThat() throws IOException {
    List<Generation> former =
        fetched(NOW.minus(HOUR), NOW.minus(HOUR.multipliedBy(2)), NOW.minus(HOUR.multipliedBy(30)));
    assertThat(held(new Holding(5, Duration.ofDays(1)), former, NOW)).containsExactly(3L, 2L);
    assertThat(held(new Holding(1, Duration.ofDays(1)), former, NOW)).containsExactly(3L);
  }

  @Test
  void whoeverFollowsARedirectFindsWhatWasJustSuperseded() throws IOException {
    List<Generation> former = fetched(NOW.minusSeconds(10), NOW.minusSeconds(20), NOW.minus(HOUR));
    assertThat(held(new Holding(0, Duration.ZERO), former, NOW)).containsExactly(3L, 2L, 1L);
    assertThat(held(new Holding(0, Duration.ZERO), former, NOW.plus(HOUR))).containsExactly(3L);
  }

  @Test
  void byAWrongClockNoneIsTooOldButThereMayBeTooMany() throws IOException {
    List<Generation> former = fetched(WRONG, NOW, NOW.minus(HOUR));
    Instant now = WRONG.plus(Duration.ofDays(400));
    assertThat(held(new Holding(5, HOUR), former, now)).containsExactly(3L, 2L, 1L);
    List<Generation> fast = fetched(WRONG.plus(HOUR), WRONG.plusSeconds(2), WRONG.plusSeconds(1));
    assertThat(held(new Holding(1, HOUR), fast, now)).containsExactly(3L);
  }

  @Test
  void thoseOfAWrongClockAreHeldForTheWholeTimeOnceItIsRight() throws IOException {
    Holding holding = new Holding(5, Duration.ofDays(1));
    List<Generation> former = fetched(WRONG.plusSeconds(9), WRONG.plusSeconds(5), WRONG);
    assertThat(held(holding, former, NOW)).containsExactly(3L, 2L, 1L);
    assertThat(held(holding, former, NOW.plus(HOUR))).containsExactly(3L, 2L, 1L);
    assertThat(held(holding, former, NOW.plus(Duration.ofDays(2)))).containsExactly(3L);
  }

  @Test
  void theirRedirectsAreFollowedToTheEndThoughTheClockIsSetMeanwhile() throws IOException {
    Holding holding = new Holding(0, Duration.ZERO);
    List<Generation> former = fetched(WRONG.plusSeconds(9), WRONG.plusSeconds(5), WRONG);
    assertThat(held(holding, former, NOW)).containsExactly(3L, 2L, 1L);
    assertThat(held(holding, former, NOW.plus(HOUR))).containsExactly(3L);
  }
}
