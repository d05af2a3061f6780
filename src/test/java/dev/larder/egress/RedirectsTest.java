package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectsTest {
  private static final RedirectPolicy SAME = new RedirectPolicy.SameDomain();
  private static final RedirectPolicy PUBLIC = new RedirectPolicy.Public();

  @ParameterizedTest
  @CsvSource({
    "http://a.example/x/y, /z, http://a.example/z",
    "http://a.example/x/y, z, http://a.example/x/z",
    "http://a.example/x/y, ../z, http://a.example/z",
    "http://a.example/x/y, ?q=1, http://a.example/x/y?q=1",
    "http://a.example/x/y?p=0, ?q=1, http://a.example/x/y?q=1",
    "http://a.example/x/y, //b.example/z, http://b.example/z",
    "https://a.example/x/y, //b.example/z, https://b.example/z",
    "http://a.example/x/y, https://b.example/z#part, https://b.example/z",
    "http://a.example/x, http://b.example/p+q:r@s~t$u%2Bv, http://b.example/p+q:r@s~t$u%2Bv"
  })
  void locationsAreResolvedWithoutTouchingTheirCharacters(
      String from, String location, String expected) throws IOException {
    assertThat(Redirects.target(URI.create(from), location)).hasToString(expected);
  }

  @Test
  void somethingThatIsNoUrlIsRefusedByName() {
    assertThatThrownBy(() -> Redirects.target(URI.create("http://a.example/"), "http://[oops"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.example redirects to something that is not a URL: http://[oops");
  }

  @ParameterizedTest
  @CsvSource({
    "mirror.example.org, cdn.example.org, true",
    "example.org, cdn.example.org, true",
    "mirror.example.org, MIRROR.EXAMPLE.ORG., true",
    "mirror.example.org, cdn.example.net, false",
    "mirror.example.org, example.org.evil.net, false",
    "mirror.example.org, badexample.org, false",
    "localhost, localhost, true",
    "localhost, other, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 198.51.2.1, false",
    "[2001:db8::1], [2001:db8::1], true",
    "[2001:db8::1], [2001:db8::2], false",
    "mirror.example.org, 192.0.2.1, false"
  })
  void sameDomainMeansTheLastTwoLabels(String from, String to, boolean allowed) {
    URI a = URI.create("http://" + from + "/");
    URI b = URI.create("http://" + to + "/");
    if (allowed) {
      assertThatCode(() -> Redirects.check(a, b, fetch(SAME))).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> Redirects.check(a, b, fetch(SAME)))
          .isInstanceOf(RedirectRefused.class);
    }
  }

  @Test
  void aRefusalNamesTheHostTheKeyAndWhatToAdd() {
    assertThatThrownBy(
            () -> check("https://mirror.example.org/x", "https://CDN.example.net/y?sig=1", SAME))
        .isInstanceOfSatisfying(
            RedirectRefused.class,
            refused -> assertThat(refused.host()).isEqualTo("cdn.example.net"))
        .hasMessage(
            "mirror.example.org redirects to cdn.example.net, which is not followed: it is of"
                + " another domain; if it should be, add \"cdn.example.net\" to the list"
                + " `redirects` of this mirror");
  }

  @Test
  void configuredHostsAreAlwaysAllowed() {
    assertThatCode(() -> check("https://a.example/", "http://b.test/", SAME, "b.test"))
        .doesNotThrowAnyException();
    assertThatCode(() ->
            check(
                "https://a.example/", "http://c.test/", new RedirectPolicy.Hosts(Set.of("c.test"))))
        .doesNotThrowAnyException();
    assertThatThrownBy(() ->
            check(
                "https://a.example/",
                "https://d.test/",
                new RedirectPolicy.Hosts(Set.of("c.test"))))
        .hasMessageContaining("not among the hosts");
  }

  @Test
  void httpsIsNotLeftForHttp() {
    assertThatThrownBy(() -> check("https://a.example/", "http://a.example/", PUBLIC))
        .isInstanceOf(RedirectRefused.class)
        .hasMessageContaining("leave https");
    assertThatCode(() -> check("http://a.example/", "https://b.test/", PUBLIC))
        .doesNotThrowAnyException();
  }

  @Test
  void otherSchemesAreRefusedEvenForConfiguredHosts() {
    assertThatThrownBy(() -> check("http://a.example/", "file:///etc/passwd", PUBLIC))
        .isInstanceOf(RedirectRefused.class);
    assertThatThrownBy(() -> check("http://a.example/", "ftp://b.test/", PUBLIC, "b.test"))
        .isInstanceOf(RedirectRefused.class)
        .hasMessageContaining("not an http or https URL");
  }

  private static void check(String from, String to, RedirectPolicy policy, String... configured)
      throws RedirectRefused {
    Redirects.check(URI.create(from), URI.create(to), fetch(policy, configured));
  }

  private static Fetch fetch(RedirectPolicy policy, String... configured) {
    return new Fetch(URI.create("http://first.test/"), Map.of(), policy, Set.of(configured));
  }
}
