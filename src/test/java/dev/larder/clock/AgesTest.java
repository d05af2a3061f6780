package dev.larder.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AgesTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final Instant WRONG = Instant.parse("1970-01-01T00:10:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final Ages ages = new Ages();

  @Test
  void noClockBefore2020CanBeRight() {
    assertThat(Ages.isPlausible(WRONG)).isFalse();
    assertThat(Ages.isPlausible(Instant.parse("2019-12-31T23:59:59.999Z"))).isFalse();
    assertThat(Ages.isPlausible(Instant.parse("2020-01-01T00:00:00Z"))).isTrue();
    assertThat(Ages.isPlausible(NOW)).isTrue();
  }

  @Test
  void byARightClockAnAgeIsTheTimeThatPassed() {
    assertThat(ages.since(NOW.minus(HOUR), NOW)).isEqualTo(NOW.minus(HOUR));
    assertThat(ages.hasReached(NOW.minus(HOUR).plusSeconds(1), HOUR, NOW)).isFalse();
    assertThat(ages.hasReached(NOW.minus(HOUR), HOUR, NOW)).isTrue();
    assertThat(ages.hasReached(NOW.plus(HOUR), Duration.ZERO, NOW)).isFalse();
  }

  @Test
  void byAWrongClockNothingIsOldEnoughToGo() {
    Instant later = WRONG.plus(Duration.ofDays(900));
    assertThat(ages.hasReached(WRONG, HOUR, later)).isFalse();
    assertThat(ages.hasReached(WRONG, Duration.ZERO, later)).isFalse();
    assertThat(ages.hasReached(NOW, Duration.ZERO, later)).isFalse();
  }

  @Test
  void whatWasStampedByAWrongClockAgesFromWhenTheClockWasFirstSeenToBeRight() {
    assertThat(ages.since(WRONG, WRONG.plus(HOUR))).isEqualTo(WRONG);
    assertThat(ages.hasReached(WRONG, HOUR, NOW)).isFalse();
    assertThat(ages.since(WRONG, NOW.plusSeconds(7))).isEqualTo(NOW);
    assertThat(ages.hasReached(WRONG, HOUR, NOW.plus(HOUR).minusSeconds(1))).isFalse();
    assertThat(ages.hasReached(WRONG, HOUR, NOW.plus(HOUR))).isTrue();
  }

  @Test
  void aClockThatWasRightAndIsWrongAgainRemovesNothing() {
    assertThat(ages.hasReached(NOW.minus(HOUR), HOUR, NOW)).isTrue();
    assertThat(ages.hasReached(NOW.minus(HOUR), HOUR, WRONG)).isFalse();
    assertThat(ages.since(WRONG, NOW.plus(HOUR))).isEqualTo(NOW);
  }
}
