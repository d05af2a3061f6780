package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Paths, checksums, and gzip files that are taken apart by hand.
final class StoreFuzz {
  /// What is a whole member here is one for the Java runtime, too.
  @FuzzTest
  void gzip(byte[] bytes) throws IOException {
    String fault = GzipMember.faultOf(new ByteArrayInputStream(bytes), 1 << 20);
    if (fault == null) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        assertThat(in.transferTo(OutputStream.nullOutputStream())).isLessThanOrEqualTo(1 << 20);
      }
    }
  }

  @FuzzTest
  void path(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    RelPath path = RelPath.orNull(text);
    if (path != null) {
      Path below = Path.of("/data").resolve(path.value()).normalize();
      assertThat(below).isEqualTo(Path.of("/data/" + path.value()));
      assertThat(below.startsWith("/data")).isTrue();
      assertThat(path.isRoot() || path.parent().resolve(path.fileName()).equals(path)).isTrue();
    }
  }

  @FuzzTest
  void checksum(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      assertThat(Checksum.parse(text).toString()).isEqualTo(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
