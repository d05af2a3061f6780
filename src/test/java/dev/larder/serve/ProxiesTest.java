package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who a request is taken to be from. The proxies are 127.0.0.1, 10.0.0.0/8 and 2001:db8:a::/48.
class ProxiesTest {
  private static final Client NEAR = Client.direct(InetAddress.ofLiteral("127.0.0.1"));

  private final Proxies proxies = trusting();

  private static Proxies trusting() {
    try {
      return Toml.read(
              "[packages]\ntrusted-proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"2001:db8:a::/48\"]",
              root -> PackagesSettings.read(root.table("packages"), root.table("access")))
          .proxies();
    } catch (InvalidConfig e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpHeaders headers(String... namesAndValues) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return headers;
  }

  private String address(String... namesAndValues) {
    Client client = proxies.client(NEAR, headers(namesAndValues));
    return client == null ? "contradiction" : text(client.address());
  }

  private static String text(InetAddress address) {
    return NetUtil.toAddressString(address);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "203.0.113.9                          | 203.0.113.9",
        "203.0.113.9:4711                     | 203.0.113.9",
        "2001:db8::9                          | 2001:db8::9",
        "[2001:DB8::9]:4711                   | 2001:db8::9",
        "[2001:db8::9]                        | 2001:db8::9",
        "::ffff:203.0.113.9                   | 203.0.113.9",
        // Past trusted proxies only.
        "198.51.100.1, 203.0.113.9            | 203.0.113.9",
        "198.51.100.1, 203.0.113.9, 10.1.2.3  | 203.0.113.9",
        "203.0.113.9, 2001:db8:a::1, 10.1.2.3 | 203.0.113.9",
        "203.0.113.9,10.1.2.3,                | 203.0.113.9",
        "10.0.0.7, 10.0.0.8                   | 10.0.0.7",
        // What no proxy of ours has written may be anything.
        "garbage \", 203.0.113.9              | 203.0.113.9",
        // What cannot be read ends it: the client is the last hop that is known.
        "unknown                              | 127.0.0.1",
        "unknown, 10.1.2.3                    | 10.1.2.3",
        "203.0.113.9, _hidden, 10.1.2.3       | 10.1.2.3",
        "203.0.113.9, 256.0.0.1               | 127.0.0.1",
        "203.0.113.9, 16909060                | 127.0.0.1",
        "203.0.113.9, 1.2.3                   | 127.0.0.1",
        "203.0.113.9, fe80::1%eth0            | 127.0.0.1",
        "203.0.113.9, [2001:db8::9            | 127.0.0.1",
        "203.0.113.9, 203.0.113.9:port        | 127.0.0.1",
        "203.0.113.9, example.org             | 127.0.0.1",
        "\"\"                                 | 127.0.0.1",
      })
  void theUsualHeaderIsReadFromItsEnd(String value, String expected) {
    assertThat(address("X-Forwarded-For", value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "for=203.0.113.9                                     | 203.0.113.9",
        "For=\"203.0.113.9:4711\";Proto=https;by=_edge       | 203.0.113.9",
        "for=\"[2001:db8::9]:4711\"                          | 2001:db8::9",
        "for=\"[2001:db8::9]:_port\"                         | 2001:db8::9",
        "for=\"\\203.0.113.9\"                               | 203.0.113.9",
        "proto=http;for=203.0.113.9 , for=10.1.2.3           | 203.0.113.9",
        "for=198.51.100.1, for=203.0.113.9, for=10.1.2.3     | 203.0.113.9",
        "for=203.0.113.9;host=\"a,b;c\", for=10.1.2.3        | 203.0.113.9",
        // An open quote cannot swallow what a proxy appends.
        "for=\", for=203.0.113.9                             | 203.0.113.9",
        "for=\"\\, for=203.0.113.9                           | 203.0.113.9",
        "for=198.51.100.1;x=\", for=\"[2001:db8::9]\"        | 2001:db8::9",
        "for=unknown                                         | 127.0.0.1",
        "for=203.0.113.9, for=_hidden, for=10.1.2.3          | 10.1.2.3",
        "for=203.0.113.9, proto=https                        | 127.0.0.1",
        "for=203.0.113.9, for=10.1.2.3;for=10.1.2.4          | 127.0.0.1",
        "for=203.0.113.9, for=                               | 127.0.0.1",
        "for=203.0.113.9, for = 10.1.2.3                     | 127.0.0.1",
        "203.0.113.9                                         | 127.0.0.1",
      })
  void theStandardHeaderIsReadFromItsEnd(String value, String expected) {
    assertThat(address("Forwarded", value)).isEqualTo(expected);
  }

  @Test
  void severalLinesAreOneList() {
    assertThat(address("X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "10.1.2.3"))
        .isEqualTo("203.0.113.9");
    assertThat(address("Forwarded", "for=\"", "Forwarded", "for=203.0.113.9, for=10.1.2.3"))
        .isEqualTo("203.0.113.9");
  }

  @Test
  void nobodyElseIsBelieved() {
    Client stranger = Client.direct(InetAddress.ofLiteral("203.0.113.9"));
    HttpHeaders claim =
        headers(
            "X-Forwarded-For", "10.1.2.3", "X-Forwarded-Proto", "https", "Forwarded", "for=::1");
    assertThat(proxies.client(stranger, claim)).isEqualTo(stranger);
    assertThat(Proxies.NONE.client(NEAR, claim)).isEqualTo(NEAR);
  }

  /// A proxy that writes one of them passes the other on as the client sent it.
  @Test
  void headersThatContradictEachOtherAreNotAnswered() {
    String usual = "X-Forwarded-For";
    assertThat(address("Forwarded", "for=10.9.9.9", usual, "203.0.113.9"))
        .isEqualTo("contradiction");
    assertThat(address("Forwarded", "for=203.0.113.9", usual, "10.9.9.9"))
        .isEqualTo("contradiction");
    assertThat(address("Forwarded", "nonsense", usual, "203.0.113.9")).isEqualTo("contradiction");
    assertThat(address("Forwarded", "for=203.0.113.9", usual, "203.0.113.9"))
        .isEqualTo("203.0.113.9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "Forwarded | for=203.0.113.9;proto=https;host=\"a.example:8443\" | https | a.example:8443",
        // The proxy that the client came to says so, not the one next to us.
        "Forwarded | for=203.0.113.9;proto=https;host=a.example, for=10.1.2.3;proto=http;host=b"
            + " | https | a.example",
        "Forwarded | for=192.0.2.1;host=evil, for=203.0.113.9;proto=HTTPS | https | -",
        "Forwarded | for=unknown;proto=https;host=a.example | https | a.example",
        "Forwarded | for=203.0.113.9;proto=gopher;host=\"a b\" | - | -",
        "X-Forwarded-Proto | https | https | -",
        "X-Forwarded-Host | a.example:8443 | - | a.example:8443",
        "X-Forwarded-Host | http://a.example | - | -",
        "X-Forwarded-Host | evil, a.example | - | a.example",
        "X-Forwarded-For | 203.0.113.9 | - | -",
      })
  void schemeAndHostAreThoseOfTheClient(
      String name, String value, @Nullable String scheme, @Nullable String host) {
    Client client = known(headers(name, value));
    assertThat(client.scheme()).isEqualTo(scheme);
    assertThat(client.host()).isEqualTo(host);
  }

  private Client known(HttpHeaders headers) {
    return Objects.requireNonNull(proxies.client(NEAR, headers));
  }

  @Test
  void valuesBesideTheListGoWithItIfThereAreAsMany() {
    Client client =
        known(
            headers(
                "X-Forwarded-For",
                "203.0.113.9, 10.1.2.3",
                "X-Forwarded-Proto",
                "https, http",
                "X-Forwarded-Host",
                "a.example"));
    assertThat(client.scheme()).isEqualTo("https");
    assertThat(client.host()).isEqualTo("a.example");
    assertThat(client.isForwarded()).isTrue();
  }

  /// Chains of proxies as they really append, behind anything at all that a client may have sent.
  @Test
  void whatAClientSendsNeverChangesWhoItIs() {
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      boolean standard = random.nextBoolean();
      List<String> chain = new ArrayList<>(List.of(outside(random)));
      for (int hops = random.nextInt(4); hops > 0; hops--) {
        chain.add("10." + random.nextInt(256) + ".0." + random.nextInt(256));
      }
      StringBuilder value = new StringBuilder(garbage(random));
      for (String hop : chain) {
        value.append(value.isEmpty() ? "" : random.nextBoolean() ? ", " : ",");
        value.append(standard ? element(random, hop) : node(random, hop));
      }
      HttpHeaders headers =
          headers(standard ? "Forwarded" : "X-Forwarded-For", value.toString().strip());
      Client client = known(headers);
      assertThat(client.address())
          .as("seed %d: %s", seed, value)
          .isEqualTo(InetAddress.ofLiteral(chain.getFirst()));
      assertThat(client.peer()).isEqualTo(NEAR.address());
    }
  }

  private static String outside(Random random) {
    return random.nextBoolean()
        ? "203.0.113." + random.nextInt(256)
        : "2001:db8:b::" + Integer.toHexString(random.nextInt(0x10000));
  }

  private static String node(Random random, String address) {
    boolean port = random.nextBoolean();
    boolean six = address.indexOf(':') >= 0;
    String host = six && (port || random.nextBoolean()) ? "[" + address + "]" : address;
    return port ? host + ":" + random.nextInt(65536) : host;
  }

  private static String element(Random random, String address) {
    boolean six = address.indexOf(':') >= 0;
    String host = six ? "[" + address + "]" : address;
    List<String> pairs = new ArrayList<>();
    pairs.add("for=" + (six || random.nextBoolean() ? "\"" + host + "\"" : host));
    if (random.nextBoolean()) {
      pairs.add("proto=" + (random.nextBoolean() ? "http" : "https"));
    }
    if (random.nextBoolean()) {
      pairs.add("by=_edge");
    }
    Collections.shuffle(pairs, random);
    return String.join(random.nextBoolean() ? ";" : "; ", pairs);
  }

  private static String garbage(Random random) {
    String letters = "\"\"\\\\,,;;==[]: fo.r_unknown10%-\t";
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(30); length > 0; length--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
