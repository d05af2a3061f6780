package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class UpstreamTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T12:00:00Z"));
  private final InstantSource clock = now::get;
  private final Upstream upstream = new Upstream("https://mirror.example.net/archlinux", clock);

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  @Test
  void sendsPackageNamesAsPacmanDoes() {
    RelPath path = new RelPath("core/os/x86_64/lib++0@x_y~z-1:1.0-1-any.pkg.tar.zst");
    assertThat(upstream.uri(path))
        .hasToString(
            "https://mirror.example.net/archlinux/core/os/x86_64/"
                + "lib++0@x_y~z-1:1.0-1-any.pkg.tar.zst");
  }

  @Test
  void encodesWhatAUrlCannotHold() {
    assertThat(upstream.uri(new RelPath("a b/50%/c#d?e/é")))
        .hasToString("https://mirror.example.net/archlinux/a%20b/50%25/c%23d%3Fe/%C3%A9");
  }

  @Test
  void isLeftAloneForLongerEachTimeItFailsAndIsWellAgainWhenItAnswers() {
    upstream.failed("refused");
    assertThat(upstream.available()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(upstream.available()).isTrue();

    upstream.failed("refused");
    pass(Duration.ofSeconds(1));
    assertThat(upstream.available()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(upstream.available()).isTrue();

    upstream.failed("refused");
    upstream.succeeded();
    assertThat(upstream.available()).isTrue();
    assertThat(upstream.report().lastError()).isNull();
  }

  @Test
  void aFailureIsNewsOncePerBackOffHoweverOftenClientsAsk() {
    assertThat(upstream.failed("refused")).isTrue();
    for (int i = 0; i < 20; i++) {
      assertThat(upstream.failed("refused")).isFalse();
    }
    pass(Duration.ofSeconds(1));
    assertThat(upstream.failed("refused")).isTrue();
    assertThat(upstream.failed("refused")).isFalse();
  }

  @Test
  void failuresAtOnceCountAsOne() {
    for (int i = 0; i < 20; i++) {
      upstream.failed("refused");
    }
    pass(Duration.ofSeconds(1));
    assertThat(upstream.available()).isTrue();
  }

  @Test
  void isNeverLeftAloneForMoreThanFiveMinutes() {
    assertThat(Upstream.backOff(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Upstream.backOff(5)).isEqualTo(Duration.ofSeconds(16));
    assertThat(Upstream.backOff(1000)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void whatItAskedForIsToldApartFromABackOff() {
    upstream.failed("refused");
    assertThat(upstream.toldUntil()).isNull();
    upstream.busy("answered 429", Duration.ofSeconds(30));
    assertThat(upstream.toldUntil()).isEqualTo(now.get().plusSeconds(30));
    pass(Duration.ofSeconds(30));
    assertThat(upstream.toldUntil()).isNull();
    assertThat(upstream.available()).isTrue();
  }
}
