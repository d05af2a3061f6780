package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// The URLs of upstreams.
final class UpstreamUrlFuzz {
  @FuzzTest
  void url(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      String url = UpstreamUrl.parse(text);
      assertThat(UpstreamUrl.parse(url)).isEqualTo(url);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
