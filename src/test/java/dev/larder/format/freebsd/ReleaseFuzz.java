package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;

/// The indexes of releases and of freebsd-update, and the patches of the latter.
final class ReleaseFuzz {
  private static final RelPath RELEASE = new RelPath("amd64/14.1-RELEASE");
  private static final RelPath UPDATE = new RelPath("14.1-RELEASE/amd64");
  private static final String FAULT = "[^:]+: \\P{Cntrl}{5,600}";

  private static void read(Format format, RelPath index, byte[] bytes) throws IOException {
    try {
      format.read(
          index,
          new ByteArrayInputStream(bytes),
          (path, expected) -> {
            assertThat(path.parent()).isEqualTo(index.parent());
            assertThat(expected.checksum()).isNotNull();
          });
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  @FuzzTest
  void manifest(byte[] bytes) throws IOException {
    read(new FreeBsdReleasesFormat(), RELEASE.resolve("MANIFEST"), bytes);
  }

  @FuzzTest
  void checksums(byte[] bytes) throws IOException {
    RelPath images = new RelPath("amd64/ISO-IMAGES/14.1");
    read(
        new FreeBsdReleasesFormat(),
        images.resolve("CHECKSUM.SHA256-FreeBSD-14.1-RELEASE-amd64"),
        bytes);
  }

  private static byte[] sample(String name) throws IOException {
    String path = "/freebsd/update/14.1-RELEASE/amd64/" + name;
    try (InputStream in = Objects.requireNonNull(ReleaseFuzz.class.getResourceAsStream(path))) {
      return in.readAllBytes();
    }
  }

  /// Beside the real key, a pointer is the real one or none.
  @FuzzTest
  void pointer(byte[] bytes) throws IOException {
    FreeBsdUpdateFormat format = new FreeBsdUpdateFormat();
    RelPath tag = UPDATE.resolve("latest.ssl");
    read(format, tag, bytes);
    Map<String, byte[]> set =
        Map.of(tag.value(), bytes, UPDATE.resolve("pub.ssl").value(), sample("pub.ssl"));
    try {
      assertThat(format.examine(UPDATE, new Samples.MapSet(set))).isPresent();
      assertThat(bytes).isEqualTo(sample("latest.ssl"));
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  @FuzzTest
  void pointerText(byte[] bytes) {
    UpdateTag tag = UpdateTag.orNull(bytes);
    if (tag != null) {
      assertThat(tag.patchLevel()).isNotNegative();
      assertThat(tag.metadataIndex()).matches("[0-9a-f]{64}");
      assertThat(tag.machine() + tag.release()).matches("[^|\\s]+");
    }
  }

  @FuzzTest
  void key(byte[] bytes) throws IOException {
    RelPath key = UPDATE.resolve("pub.ssl");
    read(new FreeBsdUpdateFormat(), key, bytes);
    Map<String, byte[]> set =
        Map.of(UPDATE.resolve("latest.ssl").value(), sample("latest.ssl"), key.value(), bytes);
    try {
      assertThat(new FreeBsdUpdateFormat().examine(UPDATE, new Samples.MapSet(set))).isPresent();
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  @FuzzTest
  void patch(byte[] bytes) throws IOException {
    String fault = BinaryPatch.faultOf(new ByteArrayInputStream(bytes));
    assertThat(fault == null ? "is none" : fault).matches("\\P{Cntrl}{5,300}");
  }
}
