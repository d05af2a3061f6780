package dev.larder.egress;

import static dev.larder.egress.EgressFixture.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.SeenRequest;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EgressRedirectTest {
  private final FaultyUpstream first = FaultyUpstream.start();
  private final FaultyUpstream second = FaultyUpstream.start();
  private final EgressFixture fixture = new EgressFixture();
  private final Egress egress = fixture.egress();

  @BeforeEach
  void names() {
    fixture.name("mirror.example.org", "127.0.0.1");
    fixture.name("cdn.example.org", "127.0.0.1");
    fixture.name("cdn.example.net", "127.0.0.1");
    second.put("b", new byte[5]);
  }

  @AfterEach
  void stop() {
    egress.close();
    first.close();
    second.close();
  }

  @Test
  void aRedirectIsFollowedWithRangeAndConditionsButWithoutCredentials() throws IOException {
    first.fault("a", new Fault.Redirect(second.url("cdn.example.org") + "/b?key=1#part"));
    URI uri = URI.create("http://user:pa%40ss@mirror.example.org:" + first.port() + "/a");
    Map<String, String> headers =
        Map.of("Range", "bytes=1-2", "If-Range", second.file("b").etag(), "Cookie", "secret");
    Fetch fetch =
        new Fetch(
            uri,
            headers,
            new RedirectPolicy.SameDomain(),
            Set.of("mirror.example.org", "cdn.example.org"));
    try (Fetched fetched = egress.get(fetch)) {
      assertThat(fetched.status()).isEqualTo(206);
      assertThat(fetched.effectiveUri()).hasToString(second.url("cdn.example.org") + "/b?key=1");
      assertThat(fetched.body().readAllBytes()).hasSize(2);
    }
    SeenRequest asked = first.requests().getFirst();
    assertThat(asked.header("Authorization")).isEqualTo("Basic dXNlcjpwYUBzcw==");
    assertThat(asked.header("Cookie")).isEqualTo("secret");
    assertThat(asked.header("Host")).isEqualTo("mirror.example.org:" + first.port());
    SeenRequest redirected = second.requests().getFirst();
    assertThat(redirected.target()).isEqualTo("/b?key=1");
    assertThat(redirected.header("Range")).isEqualTo("bytes=1-2");
    assertThat(redirected.header("If-Range")).isEqualTo(second.file("b").etag());
    assertThat(redirected.header("Via")).isEqualTo(egress.via());
    assertThat(redirected.headers()).doesNotContainKeys("authorization", "cookie");
  }

  @Test
  void credentialsInALocationAreNotUsed() throws IOException {
    first.fault("a", new Fault.Redirect("http://x:y@127.0.0.1:" + second.port() + "/b"));
    try (Fetched fetched = egress.get(EgressFixture.fetch(first.uri("a")))) {
      assertThat(fetched.effectiveUri()).isEqualTo(second.uri("b"));
    }
    assertThat(second.requests().getFirst().headers()).doesNotContainKey("authorization");
  }

  @Test
  void fiveRedirectsAreFollowedAndNotSix() throws IOException {
    for (int i = 1; i <= 6; i++) {
      first.fault(
          "r" + i, new Fault.Redirect(307, i == 1 ? second.uri("b").toString() : "r" + (i - 1)));
    }
    assertThat(body(egress, EgressFixture.fetch(first.uri("r5")))).hasSize(5);
    assertThat(first.connectionCount()).isEqualTo(1);
    assertThatThrownBy(() -> egress.get(EgressFixture.fetch(first.uri("r6"))))
        .hasMessage("127.0.0.1 redirects more than 5 times");
  }

  @Test
  void anotherDomainIsRefusedBeforeItIsAsked() {
    first.fault("a", new Fault.Redirect(second.url("cdn.example.net") + "/b"));
    URI uri = URI.create(first.url("mirror.example.org") + "/a");
    Fetch fetch =
        new Fetch(uri, Map.of(), new RedirectPolicy.SameDomain(), Set.of("mirror.example.org"));
    assertThatThrownBy(() -> egress.get(fetch))
        .isInstanceOf(RedirectRefused.class)
        .hasMessageContaining("\"cdn.example.net\" to the list `redirects`");
    assertThat(second.connectionCount()).isZero();
  }

  @Test
  void aPrivateAddressIsRefusedWhateverThePolicy() {
    first.fault("a", new Fault.Redirect(second.url("cdn.example.org") + "/b"));
    first.fault("c", new Fault.Redirect(second.uri("b").toString()));
    for (String path : new String[] {"a", "c"}) {
      URI uri = URI.create(first.url("mirror.example.org") + "/" + path);
      Fetch fetch =
          new Fetch(uri, Map.of(), new RedirectPolicy.Public(), Set.of("mirror.example.org"));
      assertThatThrownBy(() -> egress.get(fetch))
          .isInstanceOf(RedirectRefused.class)
          .hasMessageContaining("127.0.0.1 is a loopback address")
          .hasMessageContaining("to the list `redirects`");
    }
    assertThat(second.connectionCount()).isZero();
  }

  @Test
  void aHostOfTheListIsFollowedEvenToAPrivateAddress() throws IOException {
    first.fault("a", new Fault.Redirect(308, second.url("cdn.example.net") + "/b"));
    URI uri = URI.create(first.url("mirror.example.org") + "/a");
    Fetch fetch =
        new Fetch(
            uri,
            Map.of(),
            new RedirectPolicy.Hosts(Set.of("cdn.example.net")),
            Set.of("mirror.example.org"));
    assertThat(body(egress, fetch)).hasSize(5);
  }

  @Test
  void aRedirectWithoutLocationIsAnError() {
    first.fault("a", new Fault.Status(302));
    assertThatThrownBy(() -> egress.get(EgressFixture.fetch(first.uri("a"))))
        .hasMessage("127.0.0.1 answers 302 without a Location");
  }
}
