package dev.larder.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Values of settings in their own notations: what is read and written again is the same.
final class ValueFuzz {
  private interface Value {
    void check();
  }

  private static void refusedOr(Value value) {
    try {
      value.check();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void value(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    refusedOr(() -> {
      Duration read = Durations.parse(text);
      assertThat(read.isNegative()).isFalse();
      assertThat(Durations.parse(Durations.format(read))).isEqualTo(read);
    });
    refusedOr(() -> {
      long read = Sizes.parse(text);
      assertThat(read).isNotNegative();
      assertThat(Sizes.parse(Sizes.format(read))).isEqualTo(read);
    });
    refusedOr(() -> assertThat(Moments.parse(text)).isNotNull());
    refusedOr(() -> {
      InetSocketAddress read = Addresses.parseWithPort(text);
      assertThat(Addresses.parseWithPort(Addresses.format(read))).isEqualTo(read);
    });
    refusedOr(() -> assertThat(Addresses.format(Addresses.parse(text))).isNotEmpty());
    refusedOr(() -> assertThat(Secret.parse(text).toString()).isNotNull());
  }
}
