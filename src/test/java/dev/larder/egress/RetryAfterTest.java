package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @Test
  void secondsAreTaken() {
    assertThat(Fetched.RetryAfter.parse(" 120 ", NOW)).isEqualTo(Duration.ofMinutes(2));
    assertThat(Fetched.RetryAfter.parse("0", NOW)).isEqualTo(Duration.ZERO);
  }

  @Test
  void aDateIsMeasuredAgainstNow() {
    assertThat(Fetched.RetryAfter.parse("Fri, 20 Nov 2026 12:01:30 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(Fetched.RetryAfter.parse("Friday, 20-Nov-26 12:01:30 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void aDateThatIsOverMeansNow() {
    assertThat(Fetched.RetryAfter.parse("Fri, 20 Nov 2026 11:00:00 GMT", NOW))
        .isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-5", "1.5", "99999999999999999999", "١٢"})
  void anythingElseSaysNothing(String value) {
    assertThat(Fetched.RetryAfter.parse(value, NOW)).isNull();
  }

  @Test
  void noHeaderSaysNothing() {
    assertThat(Fetched.RetryAfter.parse(null, NOW)).isNull();
  }
}
