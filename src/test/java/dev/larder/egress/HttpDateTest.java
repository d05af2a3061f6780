package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HttpDateTest {
  private static final Instant TIME = Instant.parse("2025-06-03T11:05:30Z");

  @Test
  void writesTwoDigitsForTheDay() {
    assertThat(HttpDate.format(TIME.plusMillis(999))).isEqualTo("Tue, 03 Jun 2025 11:05:30 GMT");
  }

  @Test
  void readsTheFormsThatNameTheirZoneAndNothingElse() {
    assertThat(HttpDate.parse("Tue, 03 Jun 2025 11:05:30 GMT")).isEqualTo(TIME);
    assertThat(HttpDate.parse("Tuesday, 03-Jun-25 11:05:30 GMT")).isEqualTo(TIME);
    assertThat(HttpDate.parse("Tue Jun  3 11:05:30 2025")).isNull();
    assertThat(HttpDate.parse("yesterday")).isNull();
    assertThat(HttpDate.parse("")).isNull();
  }
}
