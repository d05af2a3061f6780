package dev.larder.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.InvalidConfig;
import dev.larder.config.Network;
import dev.larder.testing.Toml;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsSettingsTest {
  private static LimitsSettings read(String toml) throws InvalidConfig {
    return Toml.read(toml, root -> LimitsSettings.read(root.table("limits")));
  }

  @Test
  void withoutATableTheDefaultsHold() throws InvalidConfig {
    assertThat(read("")).isEqualTo(LimitsSettings.DEFAULT);
  }

  @Test
  void everyKeyIsMapped() throws InvalidConfig {
    String toml =
        """
        [limits]
        connections = 100
        connections-per-client = 7
        fills-per-client = 3
        requests-per-client = 20
        request-burst = 200
        bytes-per-client = "10MB"
        exempt = ["192.0.2.0/24"]
        ipv6-prefix = 56
        """;
    Network office = new Network(InetAddress.ofLiteral("192.0.2.0"), 24);
    assertThat(read(toml))
        .isEqualTo(new LimitsSettings(100, 7, 3, 20, 200, 10_000_000, List.of(office), 56));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> read("[limits]\nconnections = 0"))
        .hasMessageContaining("expected an integer from 1 to 1000000, got 0");
    assertThatThrownBy(() -> read("[limits]\nrequest-burst = 0"))
        .hasMessageContaining("expected an integer from 1 to 1000000, got 0");
    assertThatThrownBy(() -> read("[limits]\nipv6-prefix = 129"))
        .hasMessageContaining("expected an integer from 16 to 128, got 129");
  }
}
