package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.InvalidConfig;
import dev.larder.config.Network;
import dev.larder.repo.Admission;
import dev.larder.testing.Toml;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackagesSettingsTest {
  private static PackagesSettings read(String toml) throws InvalidConfig {
    return Toml.read(
        toml, root -> PackagesSettings.read(root.table("packages"), root.table("access")));
  }

  @Test
  void defaultsAreThoseOfTheReference() throws InvalidConfig {
    InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080);
    assertThat(read("")).isEqualTo(new PackagesSettings(List.of(local), null));
  }

  @Test
  void everyKeyIsMapped() throws InvalidConfig {
    PackagesSettings expected =
        new PackagesSettings(
            List.of(
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 443),
                new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 443)),
            new PackagesSettings.Tls(Path.of("/etc/larder/tls.crt"), Path.of("/keys/tls.key")));
    String listen = "[packages]\nlisten = [\"192.0.2.7:443\", \"[2001:db8::7]:443\"]\n";
    assertThat(read(listen + "tls = { cert = \"tls.crt\", key = \"/keys/tls.key\" }"))
        .isEqualTo(expected);
    assertThat(read(listen + "[packages.tls]\ncert = \"tls.crt\"\nkey = \"/keys/tls.key\""))
        .isEqualTo(expected);
  }

  @Test
  void aCertificateNeedsItsKey() {
    assertThatThrownBy(() -> read("[packages]\ntls = { cert = \"tls.crt\" }"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage(
            """
            larder.toml:2:1: error: [packages.tls] has no "key"
                2 | tls = { cert = "tls.crt" }
                  | ^^^  add: key = "/etc/larder/tls.key\"\
            """);
    assertThatThrownBy(() -> read("[packages.tls]\nkey = \"tls.key\""))
        .hasMessageContaining("[packages.tls] has no \"cert\"");
  }

  @Test
  void noListenerAtAllIsRefused() {
    assertThatThrownBy(() -> read("[packages]\nlisten = []"))
        .hasMessageContaining("the package listener needs an address");
  }

  @Test
  void accessIsReadFromItsOwnTable() throws InvalidConfig {
    Admission access =
        read("[access]\nallow = [\"2001:db8::/32\"]\ndeny = [\"192.0.2.7\"]").access();
    assertThat(access.allow()).extracting(Network::text).containsExactly("2001:db8::/32");
    assertThat(access.deny()).extracting(Network::text).containsExactly("192.0.2.7");
  }

  @Test
  void networksThatAreNoneAreRefusedWithWhatToWrite() {
    assertThatThrownBy(() -> read("[access]\nallow = [\"192.0.2.7/24\"]"))
        .hasMessageContaining("write 192.0.2.0/24");
    assertThatThrownBy(() -> read("[access]\nallow = [\"192.0.2.0/33\"]"))
        .hasMessageContaining("its addresses have 32");
    assertThatThrownBy(() -> read("[access]\ndeny = [\"example.org\"]"))
        .hasMessageContaining("is not an IP address");
    assertThatThrownBy(() -> read("[access]\ndeny = [\"192.0.2.0/\"]"))
        .hasMessageContaining("is not a network");
  }

  @Test
  void proxiesAndThePublicUrlAreRead() throws InvalidConfig {
    PackagesSettings settings =
        read(
            """
            [packages]
            trusted-proxies = ["10.0.0.0/8"]
            proxy-protocol = true
            public-url = "https://pkg.example:443/larder/"
            """);
    assertThat(settings.proxies().trusts(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
    assertThat(settings.proxies().protocol()).isTrue();
    assertThat(settings.publicUrl()).isEqualTo("https://pkg.example/larder");
  }

  @Test
  void aProxyProtocolThatNobodyMaySpeakIsRefused() {
    assertThatThrownBy(() -> read("[packages]\nproxy-protocol = true"))
        .hasMessageContaining("nobody may connect while no proxy is trusted")
        .hasMessageContaining("trusted-proxies");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkg.example",
        "ftp://a",
        "https://a b",
        "https://a/?q",
        "https://",
        "https://a/$(x)"
      })
  void publicUrlsThatCannotBeToldAreRefused(String url) {
    assertThatThrownBy(() -> read("[packages]\npublic-url = \"" + url + "\""))
        .hasMessageContaining("is not a URL that clients can be told")
        .hasMessageContaining("https://packages.example.net");
  }

  @Test
  void aStopMayTakeAnHourAtMost() throws InvalidConfig {
    assertThat(read("").stopWithin()).isEqualTo(Duration.ofSeconds(10));
    assertThat(read("[packages]\nstop-within = \"0s\"").stopWithin()).isZero();
    assertThatThrownBy(() -> read("[packages]\nstop-within = \"61m\""))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("nobody waits that long for a stop")
        .hasMessageContaining("give at most 1h");
  }
}
