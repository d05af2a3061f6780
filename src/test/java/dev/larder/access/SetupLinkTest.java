package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.access.SetupLink.Outcome;
import dev.larder.store.Layout;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetupLinkTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");

  @TempDir private Path directory;
  private final HandClock clock = new HandClock();

  private Access open() throws IOException {
    return Access.open(new Layout(directory), AccessSettings.DEFAULTS, clock);
  }

  private static String code(Access access) {
    return String.valueOf(access.setup().code());
  }

  @Test
  void theCodeMakesOneTokenThatMayDoEverything() throws IOException {
    try (Access access = open()) {
      String code = code(access);
      assertThat(code).matches("([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}");
      assertThat(access.setup().look(code, HERE)).isEqualTo(new Outcome.Right());
      String typed = " " + code.toLowerCase(Locale.ROOT).replace("-", "");
      Outcome.Made made = (Outcome.Made) access.setup().redeem(typed, "admin", HERE);
      assertThat(made.token().scopes()).containsExactly(new Scope.Everything());
      assertThat(access.authenticator().authenticate(made.secret(), false, HERE))
          .isInstanceOf(Authentication.Known.class);
      assertThat(access.setup().code()).isNull();
      assertThat(access.setup().look(code, HERE)).isEqualTo(new Outcome.Wrong());
      assertThat(access.setup().redeem(code, "other", HERE)).isEqualTo(new Outcome.Wrong());
      assertThat(access.tokens().list()).hasSize(1);
    }
    try (Access access = open()) {
      assertThat(access.setup().code()).isNull();
      assertThat(access.setup().look("null", HERE)).isEqualTo(new Outcome.Wrong());
      assertThat(access.setup().look("", HERE)).isEqualTo(new Outcome.Wrong());
    }
  }

  @Test
  void everyStartHasAnotherUntilThereIsAToken() throws IOException {
    Set<String> codes = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      try (Access access = open()) {
        codes.add(code(access));
      }
    }
    assertThat(codes).hasSize(5).doesNotContain("null");
  }

  @Test
  void itEndsAfterHalfAnHour() throws IOException {
    try (Access access = open()) {
      String code = code(access);
      clock.advance(Duration.ofMinutes(30).minusMillis(1));
      assertThat(access.setup().look(code, HERE)).isEqualTo(new Outcome.Right());
      clock.advance(Duration.ofMillis(1));
      assertThat(access.setup().redeem(code, "admin", HERE)).isEqualTo(new Outcome.Wrong());
      assertThat(access.setup().code()).isNull();
    }
  }

  @Test
  void itEndsWithTheFirstTokenWhoeverMakesIt() throws IOException {
    try (Access access = open()) {
      String code = code(access);
      access.tokens().create(new Tokens.Order("ci", Scope.parse(List.of("read:*")), null), "cli");
      access.tokens().revoke("ci");
      assertThat(access.setup().redeem(code, "admin", HERE)).isEqualTo(new Outcome.Wrong());
    }
  }

  @Test
  void guessingIsLimitedAndAWrongNameIsNoGuess() throws IOException {
    try (Access access = open()) {
      String code = code(access);
      assertThatThrownBy(() -> access.setup().redeem(code, "a b", HERE))
          .isInstanceOf(IllegalArgumentException.class);
      for (int i = 0; i < Access.FAILURES; i++) {
        assertThat(access.setup().look("0000", HERE)).isEqualTo(new Outcome.Wrong());
      }
      assertThat(access.setup().look("0000", HERE)).isInstanceOf(Outcome.TooMany.class);
      assertThat(access.setup().redeem(code, "admin", HERE)).isInstanceOf(Outcome.Made.class);
    }
  }
}
