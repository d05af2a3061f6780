package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

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
    assertThat(read("[egress]\nbind = [\"192.0.2.7\", \"2001:db8::7\"]"))
        .isEqualTo(
            new EgressSettings(
                List.of(InetAddress.ofLiteral("192.0.2.7"), InetAddress.ofLiteral("2001:db8::7"))));
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
}
