package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureLimitTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final HandClock clock = new HandClock();
  private final FailureLimit limit = new FailureLimit(3, MINUTE, clock);

  private Duration failed(String address) {
    return limit.failed(InetAddress.ofLiteral(address));
  }

  private void exhaust(String address) {
    for (int i = 0; i < 3; i++) {
      assertThat(failed(address)).isZero();
    }
  }

  @Test
  void soManyFailuresAMinuteAreAnsweredAndTheRestIsRefused() {
    exhaust("192.0.2.1");
    assertThat(failed("192.0.2.1")).isEqualTo(MINUTE);
    clock.advance(Duration.ofSeconds(40));
    assertThat(failed("192.0.2.1")).isEqualTo(Duration.ofSeconds(20));
    clock.advance(Duration.ofSeconds(20));
    exhaust("192.0.2.1");
    assertThat(failed("192.0.2.1")).isEqualTo(MINUTE);
  }

  @Test
  void thatTheNextIsOneTooManyIsKnownBeforeAndCountsNothing() {
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    assertThat(limit.exceeded(address)).isZero();
    exhaust("192.0.2.1");
    assertThat(limit.exceeded(address)).isEqualTo(MINUTE);
    assertThat(limit.exceeded(InetAddress.ofLiteral("192.0.2.2"))).isZero();
    clock.advance(MINUTE);
    assertThat(limit.exceeded(address)).isZero();
  }

  @Test
  void anotherAddressIsNotConcerned() {
    exhaust("192.0.2.1");
    assertThat(failed("192.0.2.1")).isPositive();
    assertThat(failed("192.0.2.2")).isZero();
  }

  @Test
  void anIpv6NetworkIsOneAddress() {
    exhaust("2001:db8:0:1::1");
    assertThat(failed("2001:db8:0:1:ffff::7")).isPositive();
    assertThat(failed("2001:db8:0:2::1")).isZero();
  }

  @Test
  void memoryIsBoundedWhoeverComes() {
    exhaust("198.51.100.1");
    clock.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 20_000; i++) {
      failed("10.%d.%d.1".formatted(i / 256, i % 256));
    }
    assertThat(limit.size()).isLessThanOrEqualTo(10_000);
    clock.advance(MINUTE);
    failed("192.0.2.1");
    assertThat(limit.size()).isEqualTo(1);
  }
}
