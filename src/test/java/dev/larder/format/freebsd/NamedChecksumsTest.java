package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.InvalidIndex;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedChecksumsTest {
  private static final String A = "0123456789abcdef".repeat(4);
  private static final String B = "fedcba9876543210".repeat(4);
  private static final RelPath MANIFEST = new RelPath("releases/amd64/amd64/14.1-RELEASE/MANIFEST");
  private static final RelPath LATEST =
      new RelPath("snapshots/VM-IMAGES/15.0-CURRENT/amd64/Latest/CHECKSUM.SHA256");
  private static final RelPath CHECKSUMS =
      new RelPath("releases/ISO-IMAGES/14.1/CHECKSUM.SHA256-FreeBSD-14.1-RELEASE-amd64");

  private static final String MANIFEST_TEXT =
      """
      base-dbg.txz\t%1$s\t1684\tbase_dbg\t"Base system (Debugging)"\toff
      base.txz\t%2$s\t29639\tbase\t"Base system (MANDATORY)"\ton
      kernel.txz\t%1$s\t889\tkernel\t"Kernel (MANDATORY)"\ton
      """
          .formatted(A, B);
  private static final String CHECKSUM_TEXT =
      """
      SHA256 (FreeBSD-14.1-RELEASE-amd64-bootonly.iso) = %1$s
      SHA256 (FreeBSD-14.1-RELEASE-amd64-bootonly.iso.xz) = %2$s
      SHA256 (FreeBSD-14.1-RELEASE-amd64-disc1.iso) = %1$s
      """
          .formatted(A, B);

  private static Map<String, Expected> read(RelPath index, byte[] bytes) throws IOException {
    Map<String, Expected> promises = new TreeMap<>();
    new FreeBsdReleasesFormat()
        .read(
            index,
            new ByteArrayInputStream(bytes),
            (path, expected) -> {
              assertThat(path.parent()).isEqualTo(index.parent());
              assertThat(promises.put(path.fileName(), expected)).isNull();
            });
    return promises;
  }

  private static Map<String, Expected> read(RelPath index, String text) throws IOException {
    return read(index, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Expected sha256(String hex) {
    return new Expected(-1, new Checksum(Algorithm.SHA256, hex));
  }

  @Test
  void aManifestPromisesItsArchives() throws IOException {
    assertThat(read(MANIFEST, MANIFEST_TEXT))
        .containsExactly(
            Map.entry("base-dbg.txz", sha256(A)),
            Map.entry("base.txz", sha256(B)),
            Map.entry("kernel.txz", sha256(A)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base.txz\t%s",
        "base.txz\t%s\t",
        "base.txz\t%s\t29639\n",
        "base.txz\t%s\tmany\tbase\t\"no end\n",
        "\nbase.txz\t%s\t1\tbase\t\"\"\ton\textra\tcolumns\r\n\n",
        "base.txz\t%1$s\t1\nbase.txz\t%1$s\t2\n"
      })
  void onlyTheFirstTwoColumnsOfAManifestMatter(String text) throws IOException {
    assertThat(read(MANIFEST, text.formatted(A))).containsExactly(Map.entry("base.txz", sha256(A)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "base.txz",
        "base.txz %s",
        "base.txz\t%s0\t1",
        "base.txz\t%s",
        "\t%s\t1",
        "../base.txz\t%s\t1",
        "..\t%s\t1",
        "a/base.txz\t%s\t1",
        "/base.txz\t%s\t1",
        "base\u0001.txz\t%s\t1",
        "base .txz\t%s\t1",
        "bäse.txz\t%s\t1",
        "<html><body>\tnot found</body></html>"
      })
  void aManifestThatIsNoneIsRefused(String text) {
    String hex = text.equals("base.txz\t%s") ? A.replace('a', 'A') : A;
    assertThatThrownBy(() -> read(MANIFEST, text.formatted(hex)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith(MANIFEST + ": ");
  }

  @Test
  void noFileHasTwoChecksums() {
    assertThatThrownBy(() -> read(MANIFEST, "base.txz\t" + A + "\t1\nbase.txz\t" + B + "\t1\n"))
        .isInstanceOf(InvalidIndex.class)
        .hasMessage(MANIFEST + ": base.txz has two different checksums");
    assertThatThrownBy(() -> read(CHECKSUMS, CHECKSUM_TEXT + CHECKSUM_TEXT.replace(A, B)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("has two different checksums");
  }

  @Test
  void aFileOfChecksumsPromisesItsImages() throws IOException {
    assertThat(read(CHECKSUMS, CHECKSUM_TEXT))
        .containsExactly(
            Map.entry("FreeBSD-14.1-RELEASE-amd64-bootonly.iso", sha256(A)),
            Map.entry("FreeBSD-14.1-RELEASE-amd64-bootonly.iso.xz", sha256(B)),
            Map.entry("FreeBSD-14.1-RELEASE-amd64-disc1.iso", sha256(A)));
  }

  @Test
  void theLongerChecksumsAreReadLikewise() throws IOException {
    RelPath longer = CHECKSUMS.sibling("CHECKSUM.SHA512");
    String text = "SHA512 (a.iso) = " + A + B + "\n";
    assertThat(read(longer, text))
        .containsExactly(
            Map.entry("a.iso", new Expected(-1, new Checksum(Algorithm.SHA512, A + B))));
    assertThatThrownBy(() -> read(CHECKSUMS, text)).isInstanceOf(InvalidIndex.class);
    assertThatThrownBy(() -> read(longer, CHECKSUM_TEXT)).isInstanceOf(InvalidIndex.class);
    assertThatThrownBy(() -> read(longer, "SHA512 (a.iso) = " + A))
        .isInstanceOf(InvalidIndex.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHA256 (a.iso) = ",
        "SHA256 (a.iso) =%s",
        "SHA256 a.iso = %s",
        "SHA256 () = %s",
        "SHA256 (../a.iso) = %s",
        "SHA256 (b/a.iso) = %s",
        "MD5 (a.iso) = %s",
        "%s  a.iso",
        "-----BEGIN PGP SIGNED MESSAGE-----"
      })
  void aFileOfChecksumsThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> read(CHECKSUMS, text.formatted(A)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith(CHECKSUMS + ": ");
  }

  @Test
  void inLatestTheNamesWithoutTheBuildArePromisedToo() throws IOException {
    String build = "20250101-0123456789ab-274000";
    String text =
        """
        SHA256 (FreeBSD-15.0-CURRENT-amd64-ufs-%1$s.qcow2.xz) = %2$s
        SHA256 (FreeBSD-15.0-CURRENT-amd64-BASIC-CI-%1$s-ufs.raw.xz) = %3$s
        """
            .formatted(build, A, B);
    assertThat(read(LATEST, text))
        .containsExactly(
            Map.entry("FreeBSD-15.0-CURRENT-amd64-BASIC-CI-" + build + "-ufs.raw.xz", sha256(B)),
            Map.entry("FreeBSD-15.0-CURRENT-amd64-BASIC-CI-ufs.raw.xz", sha256(B)),
            Map.entry("FreeBSD-15.0-CURRENT-amd64-ufs-" + build + ".qcow2.xz", sha256(A)),
            Map.entry("FreeBSD-15.0-CURRENT-amd64-ufs.qcow2.xz", sha256(A)));
    RelPath dated =
        new RelPath("snapshots/VM-IMAGES/15.0-CURRENT/amd64/20250101/CHECKSUM.SHA256-" + build);
    assertThat(read(dated, text)).hasSize(2);
  }

  @Test
  void aNameThatStandsForTwoBuildsIsNotPromised() throws IOException {
    String text =
        """
        SHA256 (a-20250101-0123456789ab-274000.raw.xz) = %1$s
        SHA256 (a-20250108-0123456789ab-274100.raw.xz) = %2$s
        SHA256 (b-20250101-0123456789ab-274000.raw.xz) = %1$s
        SHA256 (b.raw.xz) = %2$s
        """
            .formatted(A, B);
    assertThat(read(LATEST, text)).hasSize(4).doesNotContainKey("a.raw.xz");
    assertThat(read(LATEST, text)).containsEntry("b.raw.xz", sha256(B));
  }

  @Test
  void anIndexIsNotPromised() throws IOException {
    assertThat(read(MANIFEST, "MANIFEST\t" + A + "\t1\n" + MANIFEST_TEXT)).hasSize(3);
    assertThat(read(CHECKSUMS, "SHA256 (CHECKSUM.SHA512) = " + A + "\n" + CHECKSUM_TEXT))
        .hasSize(3);
  }

  @Test
  void sizesAreBounded() {
    assertThatThrownBy(() -> read(MANIFEST, "x".repeat((1 << 20) + 1)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("is longer than");
    assertThatThrownBy(() -> read(MANIFEST, "a.txz\t" + A + "\t" + "x".repeat(5000)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("a line longer than");
    assertThatThrownBy(() -> read(MANIFEST, ("a.txz\t" + A + "\t1\n").repeat(10_001)))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("more than 10000 lines");
    String longName = "x".repeat(300) + ".txz";
    assertThatThrownBy(() -> read(MANIFEST, longName + "\t" + A + "\t1\n"))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("no plain file name");
  }

  @Test
  void aDamagedIndexIsReadOrRefused() {
    Map<RelPath, String> samples =
        Map.of(MANIFEST, MANIFEST_TEXT, CHECKSUMS, CHECKSUM_TEXT, LATEST, CHECKSUM_TEXT);
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      Random random = new Random(base + round);
      RelPath index = samples.keySet().stream().sorted().toList().get(random.nextInt(3));
      byte[] bytes = damaged(samples.getOrDefault(index, ""), random);
      try {
        read(index, bytes);
      } catch (InvalidIndex e) {
        refused++;
        assertThat(e.getMessage()).startsWith(index + ": ").doesNotContain("\n");
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + (base + round) + "L", e);
      }
    }
    assertThat(refused).as("seeds from " + base).isBetween(500, 2999);
  }

  private static byte[] damaged(String text, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int times = 1 + random.nextInt(4); times > 0 && bytes.length > 1; times--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        default -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 40);
          System.arraycopy(bytes, 0, longer, 40, bytes.length);
          System.arraycopy(bytes, at, longer, 0, Math.min(40, bytes.length - at));
          bytes = longer;
        }
      }
    }
    return bytes;
  }
}
