package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// What an upstream or a name server says of itself in a line.
final class AnswerFuzz {
  @FuzzTest
  void line(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    ServiceRecord record = ServiceRecord.orNull(text);
    if (record != null) {
      assertThat(record.port()).isBetween(0, 65_535);
      assertThat(record.url("http")).startsWith("http://");
    }
    Instant time = HttpDate.parse(text);
    if (time != null && Math.abs(time.getEpochSecond()) < 100_000_000_000L) {
      assertThat(HttpDate.parse(HttpDate.format(time))).isEqualTo(time);
    }
  }
}
