package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressSettingsTest {
  private static EgressSettings read(String toml) throws InvalidConfig {
    return Toml.read(toml, root -> EgressSettings.read(root.table("egress")));
  }

  @Test
  void defaultsAreThoseOfTheReference() throws InvalidConfig {
    assertThat(read("")).isEqualTo(new EgressSettings(List.of()));
  }

  @Test
  void everyKeyIsMapped() throws InvalidConfig {
    String toml =
        "[egress]\nbind = [\"192.0.2.7\", \"2001:db8::7\"]\nresolver = \"[2001:db8::53]:53\"";
    assertThat(read(toml))
        .isEqualTo(
            new EgressSettings(
                List.of(InetAddress.ofLiteral("192.0.2.7"), InetAddress.ofLiteral("2001:db8::7")),
                new InetSocketAddress(InetAddress.ofLiteral("2001:db8::53"), 53)));
  }

  @Test
  void twoAddressesOfOneFamilyAreRefused() {
    assertThatThrownBy(() -> read("[egress]\nbind = [\"192.0.2.7\", \"192.0.2.8\"]"))
        .hasMessageContaining("at most one IPv4 and one IPv6 address");
    assertThatThrownBy(() -> read("[egress]\nbind = [\"::1\", \"::2\"]"))
        .hasMessageContaining("at most one IPv4 and one IPv6 address");
  }

  @Test
  void addressesThatAreNoSourceAreRefused() {
    assertThatThrownBy(() -> read("[egress]\nbind = [\"0.0.0.0\"]"))
        .hasMessageContaining("leave it out to let the system choose");
  }

  @ParameterizedTest
  @ValueSource(strings = {":53", "127.0.0.1:0", "0.0.0.0:53"})
  void whatIsNoNameServerIsRefused(String address) {
    assertThatThrownBy(() -> read("[egress]\nresolver = \"" + address + "\""))
        .hasMessageContaining("write one such as 127.0.0.1:53");
  }
}
