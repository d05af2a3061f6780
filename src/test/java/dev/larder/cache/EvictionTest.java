package dev.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cache.Eviction.Victim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvictionTest {
  private static final List<Rank> RANKS = List.of(Rank.values());

  private static Victim victim(String name, long bytes, Rank rank, long usedAt) {
    return new Victim("arch", name, bytes, rank, Instant.ofEpochSecond(usedAt));
  }

  private static List<String> chosen(long need, Victim... victims) {
    Eviction eviction = new Eviction(need);
    for (Victim victim : victims) {
      eviction.offer(victim);
    }
    return eviction.chosen().stream().map(Victim::name).toList();
  }

  @Test
  void whatNobodyCanAskForGoesBeforeAnythingElse() {
    assertThat(
            chosen(
                30,
                victim("used", 10, Rank.USED, 1),
                victim("unused", 10, Rank.UNUSED, 2),
                victim("superseded", 10, Rank.SUPERSEDED, 3),
                victim("gone", 10, Rank.UNREFERENCED, 4)))
        .containsExactly("gone", "superseded", "unused");
  }

  @Test
  void withinARankTheOneThatWasUsedLongestAgoGoes() {
    assertThat(
            chosen(
                11,
                victim("a", 10, Rank.USED, 1),
                victim("b", 10, Rank.USED, 2),
                victim("c", 10, Rank.USED, 3)))
        .containsExactly("a", "b");
  }

  @Test
  void noMoreGoesThanIsNeeded() {
    assertThat(chosen(0, victim("a", 10, Rank.UNREFERENCED, 1))).isEmpty();
    assertThat(chosen(10, victim("a", 10, Rank.USED, 1), victim("b", 10, Rank.USED, 2)))
        .containsExactly("a");
  }

  @Test
  void itIsSettledOnceTheLeastDearAreEnough() {
    Eviction eviction = new Eviction(10);
    eviction.offer(victim("a", 100, Rank.USED, 1));
    assertThat(eviction.isSettled()).isFalse();
    eviction.offer(victim("b", 10, Rank.UNREFERENCED, 2));
    assertThat(eviction.isSettled()).isTrue();
  }

  /// Against the plain rule, which sorts everything there is.
  @Test
  void choosesWhatSortingAllOfThemWouldChoose() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Victim> all = new ArrayList<>();
      int count = random.nextInt(60);
      for (int i = 0; i < count; i++) {
        Rank rank = RANKS.get(random.nextInt(RANKS.size()));
        all.add(victim("f" + i, 1 + random.nextInt(50), rank, i));
      }
      long need = random.nextInt(600);
      List<Victim> expected = new ArrayList<>();
      long sum = 0;
      for (Victim victim : all.stream().sorted(Comparator.comparing(Victim::rank)).toList()) {
        if (sum < need) {
          expected.add(victim);
          sum += victim.bytes();
        }
      }
      Eviction eviction = new Eviction(need);
      for (Victim victim : all) {
        if (!eviction.isSettled()) {
          eviction.offer(victim);
        }
      }
      assertThat(eviction.chosen()).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
