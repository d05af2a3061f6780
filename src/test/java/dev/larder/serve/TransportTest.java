package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Test;

class TransportTest {
  @Test
  void aSystemPropertySwitchesNativesOff() {
    String before = System.getProperty(Transport.NATIVES);
    System.setProperty(Transport.NATIVES, "off");
    try {
      assertThat(Transport.best().name()).isEqualTo("nio");
      assertThat(Transport.best().tls()).isEqualTo(SslProvider.JDK);
    } finally {
      if (before == null) {
        System.clearProperty(Transport.NATIVES);
      } else {
        System.setProperty(Transport.NATIVES, before);
      }
    }
  }
}
