package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.larder.format.Format.IndexSet;
import dev.larder.store.RelPath;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreeBsdReleasesFormatTest {
  private static final String RELEASE = "releases/amd64/amd64/14.1-RELEASE";
  private static final byte[] XZ = HexFormat.of().parseHex("fd377a585a000004e6d6b446");
  private static final byte[] PAGE =
      "<!DOCTYPE html><html><body>404</body></html>".getBytes(StandardCharsets.US_ASCII);

  private final FreeBsdReleasesFormat format = new FreeBsdReleasesFormat();

  // I index, P package, O other; the root is the directory except for the last.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          releases/amd64/amd64/14.1-RELEASE/MANIFEST                                       | Index
          releases/amd64/14.1-RELEASE/MANIFEST                                             | Index
          snapshots/arm64/aarch64/15.0-CURRENT/MANIFEST                                    | Index
          releases/amd64/amd64/14.1-RELEASE/base.txz                                       | PackageFile
          releases/amd64/amd64/14.1-RELEASE/kernel-dbg.txz                                 | PackageFile
          releases/amd64/amd64/14.1-RELEASE/BUILDDATE                                      | Other
          releases/amd64/amd64/14.1-RELEASE/GITBRANCH                                      | Other
          releases/amd64/amd64/14.1-RELEASE/MANIFEST.sig                                   | Other
          releases/amd64/amd64/14.1-RELEASE                                                | Other
          releases/amd64/amd64/ISO-IMAGES/14.1/CHECKSUM.SHA256-FreeBSD-14.1-RELEASE-amd64  | Index
          releases/amd64/amd64/ISO-IMAGES/14.1/CHECKSUM.SHA512-FreeBSD-14.1-RELEASE-amd64  | Index
          releases/ISO-IMAGES/14.1/CHECKSUM.SHA512-FreeBSD-14.1-RELEASE-arm64-aarch64-RPI  | Index
          releases/ISO-IMAGES/14.1/CHECKSUM.SHA256-FreeBSD-14.1-RELEASE-amd64.asc          | Other
          releases/i386/i386/ISO-IMAGES/9.3/CHECKSUM.MD5                                   | Other
          releases/ISO-IMAGES/14.1/FreeBSD-14.1-RELEASE-amd64-disc1.iso                    | PackageFile
          releases/ISO-IMAGES/14.1/FreeBSD-14.1-RELEASE-amd64-disc1.iso.xz                 | PackageFile
          releases/ISO-IMAGES/14.1/FreeBSD-14.1-RELEASE-amd64-mini-memstick.img            | PackageFile
          releases/ISO-IMAGES/14.1                                                         | Other
          releases/VM-IMAGES/14.1-RELEASE/amd64/Latest                                     | Other
          releases/VM-IMAGES/14.1-RELEASE/amd64/Latest/CHECKSUM.SHA256                     | Index
          releases/VM-IMAGES/14.1-RELEASE/amd64/Latest/FreeBSD-14.1-RELEASE-amd64-zfs.vhd.xz | PackageFile
          releases/VM-IMAGES/14.1-RELEASE/amd64/Latest/FreeBSD-14.1-RELEASE-amd64.vmdk.xz  | PackageFile
          releases/OCI-IMAGES/15.0-RELEASE/amd64/Latest/FreeBSD-15.0-RELEASE-amd64-container-image-static.txz | PackageFile
          releases/CI-IMAGES/14.1-RELEASE/amd64/Latest/FreeBSD-14.1-RELEASE-amd64-BASIC-CI-ufs.raw.xz | PackageFile
          releases/PKGBASE-REPOS/15.0-RELEASE/amd64/Latest/FreeBSD-15.0-RELEASE-amd64-pkgbase-repo.tar | PackageFile
          snapshots/VM-IMAGES/15.0-CURRENT/amd64/20250101/CHECKSUM.SHA512-20250101-0123456789ab-274000 | Index
          releases/ISO-IMAGES/14.1/MANIFEST                                                | Other
          releases/ISO-IMAGES/README.TXT                                                   | Other
          README.TXT                                                                       | Other
          doc/en/books/handbook/book.pdf                                                   | Other
          """)
  void everyPathHasItsKindAndRoot(String value, String kind) {
    RelPath path = new RelPath(value);
    assertThat(format.kind(path).getClass().getSimpleName()).isEqualTo(kind);
    assertThat(format.rootOf(path)).isEqualTo(kind.equals("Other") ? RelPath.ROOT : path.parent());
    assertThat(format.packageName(path)).isNull();
    assertThat(format.signatureOf(path)).isNull();
    assertThat(format.maxSize(path) > 0).isEqualTo(kind.equals("Index"));
    assertThat(format.indexesOf(path, "freebsd-releases").isEmpty())
        .isEqualTo(!kind.equals("PackageFile"));
    assertThat(format.indexesOf(path, "freebsd-releases"))
        .hasSizeLessThanOrEqualTo(6)
        .allSatisfy(index -> {
          assertThat(format.kind(index)).isEqualTo(new dev.larder.format.PathKind.Index());
          assertThat(format.rootOf(index)).isEqualTo(path.parent());
          assertThat(format.namesPackages(index)).isTrue();
        });
  }

  @Test
  void onlyADirectoryWithAManifestHasALeader() {
    RelPath release = new RelPath(RELEASE);
    RelPath manifest = release.resolve("MANIFEST");
    assertThat(format.name()).isEqualTo("freebsd-releases");
    assertThat(format.leader(release)).isEqualTo(manifest);
    assertThat(format.core(release)).containsExactly(manifest);
    for (String images :
        List.of(
            "",
            "releases/ISO-IMAGES/14.1",
            "releases/VM-IMAGES/14.1-RELEASE/amd64/Latest",
            "snapshots/PKGBASE-REPOS/15.0-CURRENT/amd64/20250101")) {
      assertThat(format.leader(new RelPath(images))).isNull();
      assertThat(format.core(new RelPath(images))).isEmpty();
    }
    assertThat(format.token()).isNull();
    assertThat(format.tokenTime(new byte[0])).isEmpty();
  }

  @Test
  void whatHoldsForAPathIsSaidByOneIndex() {
    RelPath directory = new RelPath("releases/VM-IMAGES/14.1-RELEASE/amd64/Latest");
    assertThat(format.namesPackages(directory.resolve("CHECKSUM.SHA256"))).isTrue();
    assertThat(format.namesPackages(directory.resolve("CHECKSUM.SHA512"))).isFalse();
    assertThat(format.alternateOf(directory.resolve("CHECKSUM.SHA512"))).isNull();
    assertThat(format.namesPackages(new RelPath(RELEASE + "/MANIFEST"))).isTrue();
    assertThat(format.namesPackages(new RelPath(RELEASE + "/base.txz"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-amd64-disc1.iso.xz | FreeBSD-14.1-RELEASE-amd64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-amd64-dvd1.iso | FreeBSD-14.1-RELEASE-amd64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-amd64-bootonly.iso.xz | FreeBSD-14.1-RELEASE-amd64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-amd64-mini-memstick.img.xz | FreeBSD-14.1-RELEASE-amd64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-arm64-aarch64-memstick.img | FreeBSD-14.1-RELEASE-arm64-aarch64
          ISO-IMAGES/10.3 | FreeBSD-10.3-RELEASE-amd64-uefi-disc1.iso | FreeBSD-10.3-RELEASE-amd64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-arm64-aarch64-ROCK64.img.xz | FreeBSD-14.1-RELEASE-arm64-aarch64-ROCK64
          ISO-IMAGES/14.1 | FreeBSD-14.1-RELEASE-riscv-riscv64-GENERICSD.img.xz | FreeBSD-14.1-RELEASE-riscv-riscv64-GENERICSD
          ISO-IMAGES/15.0 | FreeBSD-15.0-CURRENT-amd64-20250807-02f394281fd6-279407-disc1.iso.xz | FreeBSD-15.0-CURRENT-amd64-20250807-02f394281fd6-279407
          ISO-IMAGES/13.0 | FreeBSD-13.0-STABLE-arm64-aarch64-RPI-20211230-3684bb89d52-248759.img.xz | FreeBSD-13.0-STABLE-arm64-aarch64-RPI-20211230-3684bb89d52-248759
          VM-IMAGES/15.0-CURRENT/amd64/20250101 | FreeBSD-15.0-CURRENT-amd64-ufs-20250101-0123456789ab-274000.qcow2.xz | 20250101-0123456789ab-274000
          CI-IMAGES/15.0-CURRENT/amd64/20250101 | FreeBSD-15.0-CURRENT-amd64-BASIC-CI-20250101-0123456789ab-274000-ufs.raw.xz | 20250101-0123456789ab-274000
          VM-IMAGES/11.0-STABLE/amd64/20170510 | FreeBSD-11.0-STABLE-amd64-20170510-r318134.raw.xz | 20170510-r318134
          VM-IMAGES/14.1-RELEASE/amd64/Latest | FreeBSD-14.1-RELEASE-amd64-ufs.qcow2.xz | ''
          OCI-IMAGES/15.0-RELEASE/amd64/Latest | FreeBSD-15.0-RELEASE-amd64-container-image-static.txz | ''
          """)
  void anImageIsNamedByTheChecksumsOfItsBuild(String directory, String name, String build) {
    RelPath in = new RelPath("releases/" + directory);
    List<RelPath> indexes = format.indexesOf(in.resolve(name), "freebsd-releases");
    String likeliest = build.isEmpty() ? "CHECKSUM.SHA256" : "CHECKSUM.SHA256-" + build;
    assertThat(indexes)
        .startsWith(in.resolve(likeliest))
        .endsWith(in.resolve("CHECKSUM.SHA256"))
        .doesNotHaveDuplicates();
  }

  @Test
  void anArchiveIsNamedByTheManifestBesideIt() {
    assertThat(format.indexesOf(new RelPath(RELEASE + "/base.txz"), "x"))
        .containsExactly(new RelPath(RELEASE + "/MANIFEST"));
    assertThat(format.indexesOf(new RelPath(RELEASE + "/MANIFEST"), "x")).isEmpty();
    assertThat(format.indexesOf(new RelPath("base.txz"), "x"))
        .containsExactly(new RelPath("MANIFEST"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base.txz", "MANIFEST"})
  void aPageIsNoFileOfARelease(String name) {
    assertThat(format.plausible(new RelPath(RELEASE + "/" + name), PAGE)).isFalse();
    assertThat(format.plausible(new RelPath(RELEASE + "/" + name), new byte[0])).isFalse();
  }

  @Test
  void filesBeginAsTheirNamesSay() {
    RelPath images = new RelPath("releases/ISO-IMAGES/14.1");
    assertThat(format.plausible(new RelPath(RELEASE + "/base.txz"), XZ)).isTrue();
    assertThat(format.plausible(images.resolve("a.iso.xz"), XZ)).isTrue();
    assertThat(format.plausible(images.resolve("a.iso.xz"), new byte[512])).isFalse();
    assertThat(format.plausible(images.resolve("a.iso"), new byte[512])).isTrue();
    assertThat(format.plausible(images.resolve("a.iso"), PAGE)).isFalse();
    assertThat(format.plausible(images.resolve("a.tar.gz"), XZ)).isFalse();
    assertThat(format.plausible(images.resolve("CHECKSUM.SHA256"), PAGE)).isFalse();
    assertThat(format.plausible(images.resolve("CHECKSUM.SHA256"), XZ)).isFalse();
    assertThat(format.plausible(new RelPath("index.html"), PAGE)).isTrue();
  }

  @Test
  void aSetIsNotLookedAtAsAWhole() throws IOException {
    IndexSet none =
        new IndexSet() {
          @Override
          public boolean has(RelPath index) {
            return false;
          }

          @Override
          public InputStream open(RelPath index) throws IOException {
            throw new FileNotFoundException(index.value());
          }
        };
    assertThat(format.examine(new RelPath(RELEASE), none)).isEmpty();
  }

  @Test
  void onlyAnIndexIsRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            format.read(
                new RelPath(RELEASE + "/base.txz"),
                InputStream.nullInputStream(),
                (path, expected) -> {}));
  }
}
