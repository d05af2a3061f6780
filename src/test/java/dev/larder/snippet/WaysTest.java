package dev.larder.snippet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaysTest {
  private static String notAskedFor() {
    throw new IllegalStateException("not asked for");
  }

  private static String best(
      @Nullable String known, List<String> own, List<String> shared, Predicate<Address> canReach) {
    Address best = new Ways(known, own, shared, "/repo/own/", false).best(canReach, () -> "box");
    return best == null ? "none" : best.url();
  }

  private static String best(List<String> own, List<String> shared) {
    return best(null, own, shared, _ -> true);
  }

  @Test
  void aListenerOfItsOwnGoesBeforeTheSharedOnes() {
    assertThat(best(List.of("http://192.0.2.8"), List.of("http://192.0.2.7:8080/")))
        .isEqualTo("http://192.0.2.8/");
    assertThat(best(List.of(), List.of("http://192.0.2.7:8080/")))
        .isEqualTo("http://192.0.2.7:8080/repo/own/");
    assertThat(best(List.of(), List.of())).isEqualTo("none");
  }

  @Test
  void whatOtherMachinesReachGoesBeforeAllElse() {
    assertThat(best(List.of("http://127.0.0.1:81"), List.of("https://192.0.2.7")))
        .isEqualTo("https://192.0.2.7/repo/own/");
    assertThat(best(List.of("http://127.0.0.1:81"), List.of("http://[::1]:8080")))
        .isEqualTo("http://127.0.0.1:81/");
  }

  @Test
  void theOperatorsWordGoesBeforeThatUnlessTheClientCannotExpressIt() {
    List<String> own = List.of("http://192.0.2.8");
    List<String> shared = List.of("http://192.0.2.7");
    assertThat(best("https://pkg.example/l/", own, shared, _ -> true))
        .isEqualTo("https://pkg.example/l/repo/own/");
    assertThat(best("https://pkg.example", own, shared, at -> !at.isEncrypted()))
        .isEqualTo("http://192.0.2.8/");
    assertThat(best(null, own, shared, at -> !at.path().equals("/")))
        .isEqualTo("http://192.0.2.7/repo/own/");
  }

  @Test
  void everyAddressIsShownByTheNameOfTheMachine() {
    assertThat(best(List.of("https://0.0.0.0:8443"), List.of())).isEqualTo("https://box:8443/");
    assertThat(best(List.of("http://[::]:80"), List.of())).isEqualTo("http://box/");
    Ways plain = new Ways(null, List.of(), List.of("http://192.0.2.7"), "/arch/", true);
    Address best = plain.best(_ -> true, WaysTest::notAskedFor);
    assertThat(best).isEqualTo(new Address("http://192.0.2.7", "/arch/", true));
  }

  @Test
  void whatIsNoBaseUrlIsRefused() {
    assertThatThrownBy(() -> best(List.of("http://a b"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a base URL");
  }
}
