package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                hosts = ["Larder.example.net", "larder"]
                anonymous-reads = true
                authorized-secrets = "authorized_secrets"
                """))
        .isEqualTo(
            new ConsoleSettings(
                List.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9000)),
                List.of("larder.example.net", "larder"),
                true,
                Path.of("/etc/larder/authorized_secrets")));
  }

  @Test
  void aHostIsANameAndNothingElse() {
    for (String wrong :
        List.of("https://larder.example.net", "larder.example.net:443", "*", "a..b", "-a", "")) {
      assertThatThrownBy(() -> read("[console]\nhosts = [\"%s\"]".formatted(wrong)))
          .describedAs(wrong)
          .isInstanceOf(InvalidConfig.class)
          .hasMessageContaining("without scheme and port");
    }
  }

  @Test
  void anEmptyListSwitchesItOff() throws InvalidConfig {
    assertThat(read("[console]\nlisten = []").listen()).isEmpty();
  }
}
