package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.format.InvalidIndex;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import dev.larder.testing.TarSums;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Catalogues of FreeBSD's pkg, what is in them, and the signatures around it.
final class CatalogueFuzz {
  private static final RelPath ROOT = new RelPath("FreeBSD:14:amd64/latest");
  private static final String FAULT = "index\\P{Cntrl}{5,600}";

  private interface Reading {
    void read(String where, RelPath root, ByteArrayInputStream bytes, Map<String, Expected> into)
        throws IOException;
  }

  private static Map<String, Expected> promises(byte[] bytes, Reading reading) throws IOException {
    Map<String, Expected> promises = new LinkedHashMap<>();
    reading.read("index", ROOT, new ByteArrayInputStream(bytes), promises);
    assertThat(promises.keySet()).allMatch(path -> path.startsWith(ROOT + "/"));
    return promises;
  }

  private static void lines(
      String where, RelPath root, ByteArrayInputStream bytes, Map<String, Expected> into)
      throws IOException {
    PackageRecords.readLines(where, root, bytes, (path, what) -> into.put(path.value(), what));
  }

  private static void data(
      String where, RelPath root, ByteArrayInputStream bytes, Map<String, Expected> into)
      throws IOException {
    PackageRecords.readData(where, root, bytes, (path, what) -> into.put(path.value(), what));
  }

  /// What is right one a line is right in an array on one line, and promises the same.
  @FuzzTest
  void packagesite(byte[] bytes) throws IOException {
    Map<String, Expected> read;
    try {
      read = promises(bytes, CatalogueFuzz::lines);
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
      return;
    }
    String records =
        new String(bytes, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .collect(Collectors.joining(","));
    assertThat(promises(CatalogueMaker.dataText(records), CatalogueFuzz::data)).isEqualTo(read);
  }

  @FuzzTest
  void data(byte[] bytes) throws IOException {
    try {
      assertThat(promises(bytes, CatalogueFuzz::data)).isNotNull();
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  /// A tar archive that nobody packed.
  @FuzzTest
  void archive(byte[] bytes) throws IOException {
    SignedDigest[] payload = new SignedDigest[1];
    try {
      Map<String, byte[]> signatures =
          CatalogueArchive.read(
              "index",
              new ByteArrayInputStream(TarSums.corrected(bytes)),
              (_, _, content) -> payload[0] = SignedDigest.of(content));
      assertThat(signatures).hasSizeLessThanOrEqualTo(CatalogueArchive.MAX_SIGNATURES);
      Set<String> nobody = Set.of("00".repeat(32));
      assertThat(new PkgKeys.Fingerprints(nobody, nobody).check(signatures, payload[0]))
          .isInstanceOf(Verdict.Bad.class);
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  @FuzzTest
  void bootstrapSignature(byte[] bytes) {
    PkgKeys.Typed typed = PkgKeys.Typed.of(bytes);
    assertThat(typed.bytes().length).isLessThanOrEqualTo(bytes.length);
    try {
      BootstrapSignature read = BootstrapSignature.read("index", bytes);
      BootstrapSignature again = BootstrapSignature.read("index", read.write());
      assertThat(again.type()).isEqualTo(read.type());
      assertThat(again.signature()).isEqualTo(read.signature());
      assertThat(again.key()).isEqualTo(read.key());
      assertThat(read.isCheckable() || !read.type().equals("rsa")).isTrue();
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }
}
