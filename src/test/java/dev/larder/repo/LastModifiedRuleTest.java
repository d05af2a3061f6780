package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LastModifiedRuleTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.7Z");

  private static Instant at(String time) {
    return Instant.parse("2026-11-20T" + time + "Z");
  }

  @Test
  void isUpstreamsTimeWhenThatIsLater() {
    assertThat(LastModifiedRule.next(at("11:00:00"), at("10:00:00"), NOW))
        .isEqualTo(at("11:00:00"));
    assertThat(LastModifiedRule.next(at("11:00:00"), null, NOW)).isEqualTo(at("11:00:00"));
  }

  @Test
  void goesForwardWhenUpstreamGoesBackOrStandsStill() {
    assertThat(LastModifiedRule.next(at("09:00:00"), at("10:00:00"), NOW))
        .isEqualTo(at("10:00:01"));
    assertThat(LastModifiedRule.next(at("10:00:00"), at("10:00:00"), NOW))
        .isEqualTo(at("10:00:01"));
  }

  @Test
  void isNeverUpstreamsFuture() {
    assertThat(LastModifiedRule.next(at("13:00:00"), null, NOW)).isEqualTo(at("12:00:00"));
  }

  @Test
  void isNowWhenUpstreamTellsNone() {
    assertThat(LastModifiedRule.next(null, null, NOW)).isEqualTo(at("12:00:00"));
  }

  @Test
  void isTheNextSecondWhenThisOneIsTaken() {
    assertThat(LastModifiedRule.next(at("12:00:00"), at("12:00:00"), NOW))
        .isEqualTo(at("12:00:01"));
  }
}
