package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleSettingsTest {
  private static ConsoleSettings read(String toml) throws InvalidConfig {
    return Toml.read(toml, root -> ConsoleSettings.read(root.table("console")));
  }

  @Test
  void defaultsAreThoseOfTheReference() throws InvalidConfig {
    assertThat(read(""))
        .isEqualTo(
            new ConsoleSettings(
                List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8090))));
  }

  @Test
  void everyKeyIsMapped() throws InvalidConfig {
    assertThat(
            read(
                """
                [console]
                listen = ["[::1]:9000"]
                anonymous-reads = true
                authorized-secrets = "authorized_secrets"
                """))
        .isEqualTo(
            new ConsoleSettings(
                List.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9000)),
                true,
                Path.of("/etc/larder/authorized_secrets")));
  }

  @Test
  void anEmptyListSwitchesItOff() throws InvalidConfig {
    assertThat(read("[console]\nlisten = []").listen()).isEmpty();
  }
}
