package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.PathKind;
import dev.larder.store.RelPath;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each path is, which root it belongs to, and what else its name tells.
final class PkgPathsTest {
  private static final FreeBsdPkgFormat FORMAT = new FreeBsdPkgFormat();
  private static final String Q = "FreeBSD:15:amd64/quarterly";

  private static RelPath path(@Nullable String value) {
    return new RelPath(value == null ? "" : value);
  }

  private static List<RelPath> paths(String... values) {
    return Arrays.stream(values).map(RelPath::new).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "FreeBSD:15:amd64/quarterly/meta.conf, FreeBSD:15:amd64/quarterly",
    "FreeBSD:15:amd64/quarterly/meta, FreeBSD:15:amd64/quarterly",
    "FreeBSD:15:amd64/quarterly/data.pkg, FreeBSD:15:amd64/quarterly",
    "FreeBSD:15:amd64/quarterly/data.tzst, FreeBSD:15:amd64/quarterly",
    "FreeBSD:15:amd64/quarterly/packagesite.pkg, FreeBSD:15:amd64/quarterly",
    "FreeBSD:14:aarch64/latest/packagesite.txz, FreeBSD:14:aarch64/latest",
    "FreeBSD:14:amd64/latest/files.pkg, FreeBSD:14:amd64/latest",
    "FreeBSD:14:amd64/latest/filesite.tzst, FreeBSD:14:amd64/latest",
    "FreeBSD:13:i386/release_4/meta.txz, FreeBSD:13:i386/release_4",
    "FreeBSD:13:i386/release_4/digests.txz, FreeBSD:13:i386/release_4",
    "FreeBSD:15:amd64/kmods_latest_1/data.pkg, FreeBSD:15:amd64/kmods_latest_1",
    "FreeBSD:15:amd64/kmods_quarterly/data.pkg, FreeBSD:15:amd64/kmods_quarterly",
    "FreeBSD:15:amd64/base_release_0/data.pkg, FreeBSD:15:amd64/base_release_0",
    "packages/14amd64-default/meta.conf, packages/14amd64-default",
    "meta.conf, ''",
    "data.pkg, ''",
    "FreeBSD:15:amd64/quarterly/Latest/pkg.pkg, FreeBSD:15:amd64/quarterly/Latest",
    "FreeBSD:15:amd64/quarterly/Latest/pkg.pkg.sig, FreeBSD:15:amd64/quarterly/Latest",
    "FreeBSD:15:amd64/quarterly/Latest/pkg.pkg.pubkeysig, FreeBSD:15:amd64/quarterly/Latest",
    "FreeBSD:13:amd64/latest/Latest/pkg.txz, FreeBSD:13:amd64/latest/Latest",
    "FreeBSD:13:amd64/latest/Latest/pkg.txz.sig, FreeBSD:13:amd64/latest/Latest",
    "Latest/pkg.txz.pubkeysig, Latest"
  })
  void indexesAndTheirRoots(String index, @Nullable String root) {
    assertThat(FORMAT.kind(path(index))).isEqualTo(new PathKind.Index());
    assertThat(FORMAT.rootOf(path(index))).isEqualTo(path(root));
    assertThat(FORMAT.packageName(path(index))).isNull();
    assertThat(FORMAT.indexesOf(path(index), "m")).isEmpty();
    assertThat(FORMAT.signatureOf(path(index))).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "q/All/yt-dlp-2026.06.09.pkg, q, yt-dlp, false",
    "q/All/Hashed/yt-dlp-2026.06.09~cec3241dab.pkg, q, yt-dlp, true",
    "q/All/Hashed/demo0012-1.0~2$fm8mg111.pkg, q, demo0012, true",
    "q/All/Hashed/demo0012-1.0~0$fm8mg111.pkg, q, demo0012, true",
    "q/All/Hashed/demo0012-1.0~1$0123abcd.pkg, q, demo0012, true",
    "q/All/demo0012-1.0~2$fm8mg11l.pkg, q, demo0012, false",
    "q/All/demo0012-1.0~cec3241da.pkg, q, demo0012, false",
    "q/All/demo0012-1.0~CEC3241DAB.pkg, q, demo0012, false",
    "q/All/demo0012-1.0~3$fm8mg111.pkg, q, demo0012, false",
    "'q/All/py39-foo-1.2_3,1.txz', q, py39-foo, false",
    "q/All/libstdc++-1.0+2.tbz, q, libstdc++, false",
    "q/All/sub/deep/a-1.tzst, q, a, false",
    "q/All/a-1.tgz, q, a, false",
    "q/All/odd.pkg, q, odd, false",
    "q/All/data.pkg, q, data, false",
    "q/All/x/All/a-1.pkg, q, a, false",
    "All/a-1.pkg, '', a, false",
    "FreeBSD:15:amd64/base_latest/FreeBSD-acct-15.0.pkg, FreeBSD:15:amd64/base_latest,"
        + " FreeBSD-acct, false"
  })
  void packagesAndTheirRoots(String path, @Nullable String root, String name, boolean immutable) {
    assertThat(FORMAT.kind(path(path))).isEqualTo(new PathKind.PackageFile(immutable));
    assertThat(FORMAT.rootOf(path(path))).isEqualTo(path(root));
    assertThat(FORMAT.packageName(path(path))).isEqualTo(name);
    assertThat(FORMAT.indexesOf(path(path), "m"))
        .isEqualTo(List.of(path(root).resolve("data.pkg"), path(root).resolve("packagesite.pkg")));
    assertThat(FORMAT.maxSize(path(path))).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({
    "q/All, q",
    "q/All/README, q",
    "q/All/a-1.pkg.sig, q",
    "q/All/meta.conf, q",
    "q/All/.pkg, q",
    "'', ''",
    "q, ''",
    "q/Latest, ''",
    "q/Latest/data.pkg, ''",
    "q/Latest/meta.conf, ''",
    "q/Latest/portupgrade.txz, ''",
    "q/Latest/pkg.pkg.asc, ''",
    "q/Latest/pkg-devel.pkg.sig, ''",
    "q/data.zip, ''",
    "q/Data.pkg, ''",
    "q/data.pkg.sig, ''",
    "q/data, ''",
    "q/odd.pkg, ''",
    "q/a-1.txz, ''",
    "index.html, ''"
  })
  void otherPaths(@Nullable String path, @Nullable String root) {
    assertThat(FORMAT.kind(path(path))).isEqualTo(new PathKind.Other());
    assertThat(FORMAT.rootOf(path(path))).isEqualTo(path(root));
    assertThat(FORMAT.packageName(path(path))).isNull();
    assertThat(FORMAT.namesPackages(path(path))).isFalse();
  }

  @Test
  void aCatalogueIsLedByItsData() {
    assertThat(FORMAT.name()).isEqualTo("freebsd-pkg");
    assertThat(FORMAT.core(path(Q))).isEqualTo(paths(Q + "/data.pkg", Q + "/meta.conf"));
    assertThat(FORMAT.core(RelPath.ROOT)).isEqualTo(paths("data.pkg", "meta.conf"));
    assertThat(FORMAT.leader(path(Q))).isEqualTo(path(Q + "/data.pkg"));
    assertThat(FORMAT.token()).isNull();
    for (String site : List.of("/packagesite.pkg", "/packagesite.txz")) {
      assertThat(FORMAT.alternateOf(path(Q + site))).isEqualTo(path(Q + "/data.pkg"));
      assertThat(FORMAT.secondsAfterLeader(path(Q + site))).hasValue(1);
      assertThat(FORMAT.namesPackages(path(Q + site))).isTrue();
    }
    for (String other : List.of("/meta.conf", "/meta", "/files.pkg", "/filesite.pkg")) {
      assertThat(FORMAT.alternateOf(path(Q + other))).isNull();
      assertThat(FORMAT.secondsAfterLeader(path(Q + other))).hasValue(0);
      assertThat(FORMAT.namesPackages(path(Q + other))).isFalse();
    }
    assertThat(FORMAT.namesPackages(path(Q + "/data.pkg"))).isTrue();
    assertThat(FORMAT.secondsAfterLeader(path(Q + "/data.pkg"))).isEmpty();
    assertThat(FORMAT.pairedWith(path(Q + "/data.pkg"))).isNull();
  }

  @Test
  void theFilesOfLatestBelongToOneAnother() {
    String latest = Q + "/Latest";
    assertThat(FORMAT.core(path(latest)))
        .isEqualTo(
            paths(latest + "/pkg.pkg", latest + "/pkg.pkg.sig", latest + "/pkg.pkg.pubkeysig"));
    assertThat(FORMAT.leader(path(latest))).isEqualTo(path(latest + "/pkg.pkg"));
    for (String name : List.of("pkg.pkg", "pkg.txz")) {
      RelPath pkg = path(latest + "/" + name);
      assertThat(FORMAT.pairedWith(path(pkg + ".sig"))).isEqualTo(pkg);
      assertThat(FORMAT.pairedWith(path(pkg + ".pubkeysig"))).isEqualTo(pkg);
      assertThat(FORMAT.pairedWith(pkg)).isNull();
      assertThat(FORMAT.namesPackages(pkg)).isFalse();
      assertThat(FORMAT.secondsAfterLeader(pkg)).isEmpty();
    }
  }

  @Test
  void limitsAreThoseOfTheClients() {
    assertThat(FORMAT.maxSize(path(Q + "/meta.conf"))).isEqualTo(1 << 20);
    assertThat(FORMAT.maxSize(path(Q + "/data.pkg"))).isEqualTo(512 << 20);
    assertThat(FORMAT.maxSize(path(Q + "/Latest/pkg.pkg"))).isEqualTo(512 << 20);
    assertThat(FORMAT.maxSize(path(Q + "/Latest/pkg.pkg.sig"))).isEqualTo(1 << 20);
    assertThat(FORMAT.maxSize(path(Q + "/whatever"))).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "meta.conf",
        "meta",
        "data.pkg",
        "packagesite.txz",
        "files.pkg",
        "All/a-1.pkg",
        "All/Hashed/a-1~0123456789.pkg",
        "Latest/pkg.pkg",
        "Latest/pkg.pkg.sig",
        "Latest/pkg.pkg.pubkeysig"
      })
  void anErrorPageIsNeverPlausible(String path) {
    String text = "?html> <html><head><title>502 Bad Gateway</title></head>" + "x".repeat(400);
    for (String page :
        List.of("<!DOCTYPE html>" + text, "\n <HTML>" + text, "<?xml version" + text)) {
      assertThat(FORMAT.plausible(path(path), Samples.utf8(page))).isFalse();
    }
    assertThat(FORMAT.plausible(path(path), new byte[0])).isFalse();
  }

  @Test
  void signaturesOfLatestAreKnownByTheirForm() {
    Signer signer = Signer.create();
    byte[] signature = signer.sign(new byte[1]);
    assertThat(FORMAT.plausible(path("Latest/pkg.pkg.pubkeysig"), signature)).isTrue();
    signature[0] = '<';
    assertThat(FORMAT.plausible(path("Latest/pkg.pkg.pubkeysig"), signature)).isTrue();
    assertThat(FORMAT.plausible(path("Latest/pkg.pkg.sig"), signer.bootstrap(new byte[1])))
        .isTrue();
    assertThat(FORMAT.plausible(path("Latest/pkg.pkg.sig"), signature)).isFalse();
  }
}
