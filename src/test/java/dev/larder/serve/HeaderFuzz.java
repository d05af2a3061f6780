package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// What a client writes into the first line and the headers of a request.
final class HeaderFuzz {
  @FuzzTest
  void target(byte[] bytes) {
    Target target = Target.orNull(new String(bytes, StandardCharsets.ISO_8859_1));
    if (target != null) {
      assertThat(target.path()).startsWith("/");
      assertThat(target.path().getBytes(StandardCharsets.UTF_8).length)
          .isLessThanOrEqualTo(bytes.length + 1);
    }
  }

  @FuzzTest
  void range(byte[] bytes) {
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    for (long size : new long[] {0, 1, 1000, Long.MAX_VALUE}) {
      if (ByteRange.of(header, size) instanceof ByteRange.Outcome.Part(long from, long to)) {
        assertThat(from).isNotNegative().isLessThanOrEqualTo(to);
        assertThat(to).isLessThan(size);
      }
    }
  }

  @FuzzTest
  void validators(byte[] bytes) {
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    if (EntityTags.matchStrong(header, "\"a\"")) {
      assertThat(EntityTags.matchWeak(header, "\"a\"")).isTrue();
    }
    long seconds = HttpDate.parse(header);
    if (seconds != HttpDate.NONE && Math.abs(seconds) < 100_000_000_000L) {
      assertThat(HttpDate.parse(HttpDate.format(seconds))).isEqualTo(seconds);
    }
  }
}
