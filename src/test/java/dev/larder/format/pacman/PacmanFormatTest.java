package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.PathKind;
import dev.larder.store.RelPath;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PacmanFormatTest {
  private final PacmanFormat format = new PacmanFormat();

  private PathKind kind(String path) {
    return format.kind(new RelPath(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "core/os/x86_64/core.db",
        "core/os/x86_64/core.files",
        "core/os/x86_64/core.db.tar",
        "core/os/x86_64/core.db.tar.gz",
        "core/os/x86_64/core.db.tar.zst",
        "core/os/x86_64/core.db.tar.xz",
        "core/os/x86_64/core.db.tar.bz2",
        "core/os/x86_64/core.db.tar.lz4",
        "core/os/x86_64/core.files.tar.gz",
        "core/os/x86_64/core.links.tar.gz",
        "core-testing.db",
        "home_user_Arch.repo@x.db",
        "db.db"
      })
  void databasesAreIndexesAndTheirSignaturesBelongToThem(String path) {
    assertThat(kind(path)).isEqualTo(new PathKind.Index());
    assertThat(kind(path + ".sig")).isEqualTo(new PathKind.IndexSignature(new RelPath(path)));
    assertThat(format.signatureOf(new RelPath(path))).isEqualTo(new RelPath(path + ".sig"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bash-5.2.037-1-x86_64.pkg.tar.zst",
        "core/os/x86_64/bash-5.2.037-1-x86_64.pkg.tar.xz",
        "a/lib++0@x_y.z-1:2-1-any.pkg.tar.gz",
        "a-1-1-any.pkg.tar",
        "a-1-1-any.pkg.tar.bz2",
        "a-1-1-any.pkg.tar.lz4",
        "a-1-1-any.pkg.tar.lrz",
        "a-1-1-any.pkg.tar.lzo",
        "a-1-1-any.pkg.tar.Z",
        "a-1-1-any.pkg.tar.lz"
      })
  void packagesAreKnownByTheirSuffixAndSignaturesAreCompanions(String path) {
    assertThat(kind(path)).isEqualTo(new PathKind.PackageFile(false));
    assertThat(kind(path + ".sig")).isEqualTo(new PathKind.Companion(new RelPath(path)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lastsync",
        "core/lastupdate",
        "iso/2026.11.01/archlinux-x86_64.iso",
        "iso/2026.11.01/archlinux-bootstrap-x86_64.tar.zst.sig",
        "core/os/x86_64/core.db.tar.gz.old",
        "core/os/x86_64/core.db.sig.sig",
        "core/os/x86_64/.db",
        "core/os/x86_64/-x.db",
        "core/os/x86_64/.core.db",
        "core/os/x86_64/core db.db",
        "core/os/x86_64/core.db.tar.lzo",
        "core/os/x86_64/core.links",
        "core/os/x86_64/core.links.tar.xz",
        ".pkg.tar.zst",
        ".hidden-1-1-any.pkg.tar.zst",
        "a-1-1-any.pkg.tar.rar",
        "a-1-1-any.pkg.tar.zst.part",
        "a-1-1-any.pkg.tar.zst.sig.sig",
        "a-1-1-any.pkg",
        ".sig",
        "core.sig"
      })
  void everythingElseIsOther(String path) {
    assertThat(kind(path)).isEqualTo(new PathKind.Other());
  }

  @Test
  void theRootIsOther() {
    assertThat(format.kind(RelPath.ROOT)).isEqualTo(new PathKind.Other());
  }

  @Test
  void theTokenIsLastupdateAtTheRoot() {
    assertThat(format.name()).isEqualTo("pacman");
    assertThat(format.token()).isEqualTo(new RelPath("lastupdate"));
    assertThat(kind("lastupdate")).isEqualTo(new PathKind.Token());
  }

  @ParameterizedTest
  @CsvSource({"'1795194565',1795194565", "'1795194565\n',1795194565", "' 12 \r\n',12", "'0',0"})
  void aTokenStatesSecondsSinceTheEpoch(String token, long seconds) {
    assertThat(format.tokenTime(token.getBytes(StandardCharsets.UTF_8))).hasValue(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "-5", "1.5", "<html>", "12 13", "99999999999999999999", "١٢", "0x1f"})
  void garbageStatesNoTime(String token) {
    assertThat(format.tokenTime(token.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "core/os/x86_64/a-1-1-any.pkg.tar.zst, arch, core.db arch.db x86_64.db os.db",
    "aarch64/extra/a-1-1-any.pkg.tar.xz, alarm, extra.db alarm.db aarch64.db",
    "stable/extra/x86_64/a-1-1-any.pkg.tar.zst, manjaro, extra.db stable.db manjaro.db x86_64.db",
    "x86_64/a-1-1-any.pkg.tar.zst, chaotic-aur, chaotic-aur.db x86_64.db",
    "chaotic-aur/x86_64/a-1-1-any.pkg.tar.zst, chaotic-aur, chaotic-aur.db x86_64.db",
    "a-1-1-any.pkg.tar.zst, lab, lab.db",
    "repos/2026/11/20/core/os/x86_64/a-1-1-any.pkg.tar.zst, ala, core.db 20.db 11.db ala.db",
    "x86_64_v3/cachyos-v3/a-1-1-any.pkg.tar.zst, c, cachyos-v3.db c.db x86_64_v3.db"
  })
  void aPackageIsNamedByTheDatabaseBesideItThatIsCalledLikeADirectory(
      String path, String mirror, String names) {
    RelPath file = new RelPath(path);
    List<RelPath> expected =
        List.of(names.split(" ", -1)).stream().map(name -> file.sibling(name)).toList();
    assertThat(format.indexesOf(file, mirror)).isEqualTo(expected);
  }

  @Test
  void namesThatAreNoRepositorysAreNotAskedFor() {
    assertThat(format.indexesOf(new RelPath("-odd/.hidden/a-1-1-any.pkg.tar.zst"), "a/b"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst, hello-split",
    "core/os/x86_64/gtk-update-icon-cache-1:4.16.7-1-x86_64.pkg.tar.zst.sig, gtk-update-icon-cache",
    "lib++0@x_y.z-r10.gabc-1.1-any.pkg.tar, lib++0@x_y.z",
    "a-1-1-any.pkg.tar.Z, a"
  })
  void thePackagesNameIsWhatIsLeftOfVersionReleaseAndArchitecture(String path, String name) {
    assertThat(format.packageName(new RelPath(path))).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a-1-any.pkg.tar.zst",
        "a.pkg.tar.zst",
        "-1-1-any.pkg.tar.zst",
        "a--1-any.pkg.tar.zst",
        "a-1--any.pkg.tar.zst",
        "a-1-1-.pkg.tar.zst",
        "core.db",
        "core.db.sig",
        "lastupdate",
        "iso/a-1-1-any.iso"
      })
  void whatDoesNotParseHasNoPackageName(String path) {
    assertThat(format.packageName(new RelPath(path))).isNull();
  }

  @Test
  void onlyDatabasesNamePackages() {
    assertThat(format.namesPackages(new RelPath("a/core.db"))).isTrue();
    assertThat(format.namesPackages(new RelPath("a/core.db.tar.zst"))).isTrue();
    assertThat(format.namesPackages(new RelPath("a/core.files"))).isFalse();
    assertThat(format.namesPackages(new RelPath("a/core.links.tar.gz"))).isFalse();
    assertThat(format.namesPackages(new RelPath("a/a-1-1-any.pkg.tar.zst"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "core.db, 134217728",
    "core.files, 134217728",
    "core.db.sig, 16384",
    "a-1-1-any.pkg.tar.zst.sig, 16384",
    "a-1-1-any.pkg.tar.zst, -1",
    "lastupdate, -1",
    "iso/x.iso, -1"
  })
  void sizesAreLimitedAsPacmanLimitsThem(String path, long size) {
    assertThat(format.maxSize(new RelPath(path))).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource({
    "core.db, 1f8b08, true",
    "core.files, 28b52ffd, true",
    "core.db, fd377a585a00, true",
    "core.db, fd377a58, false",
    "core.db, 425a6839, true",
    "core.db, 04224d18, true",
    "core.db, 1f9d, false",
    "core.db, 3c68746d6c3e, false",
    "core.db, '', false",
    "a-1-1-any.pkg.tar.zst, 28b52ffd, true",
    "a-1-1-any.pkg.tar.zst, 502a4d18, true",
    "a-1-1-any.pkg.tar.zst, 602a4d18, false",
    "a-1-1-any.pkg.tar.zst, 1f8b08, false",
    "a-1-1-any.pkg.tar.gz, 1f8b08, true",
    "a-1-1-any.pkg.tar.xz, fd377a585a00, true",
    "a-1-1-any.pkg.tar.bz2, 425a68, true",
    "a-1-1-any.pkg.tar.lz4, 04224d18, true",
    "a-1-1-any.pkg.tar.lrz, 4c525a4900, true",
    "a-1-1-any.pkg.tar.lzo, 894c5a4f000d0a1a0a, true",
    "a-1-1-any.pkg.tar.Z, 1f9d90, true",
    "a-1-1-any.pkg.tar.lz, 4c5a495001, true",
    "a-1-1-any.pkg.tar.zst, 3c21444f4354595045, false",
    "a-1-1-any.pkg.tar.zst.sig, 88750400, true",
    "a-1-1-any.pkg.tar.zst.sig, 89, true",
    "core.db.sig, c275, true",
    "core.db.sig, 99, false",
    "core.db.sig, 3c68746d6c3e, false",
    "core.db.sig, '', false",
    "lastupdate, 313739350a, true",
    "lastupdate, 3c68746d6c3e, false",
    "iso/x.iso, 3c68746d6c3e, true"
  })
  void theFirstBytesTellAPageFromAFile(String path, String start, boolean plausible) {
    assertThat(format.plausible(new RelPath(path), HexFormat.of().parseHex(start)))
        .isEqualTo(plausible);
  }

  @Test
  void aTarArchiveStartsWithAHeaderOrItsEnd() throws Exception {
    RelPath db = new RelPath("core.db");
    RelPath plainPackage = new RelPath("a-1-1-any.pkg.tar");
    byte[] head = head(new Archive().add("a-1-1/desc", "x").plain());
    assertThat(format.plausible(db, head)).isTrue();
    assertThat(format.plausible(plainPackage, head)).isTrue();
    assertThat(format.plausible(db, new byte[512])).isTrue();
    assertThat(format.plausible(db, new byte[511])).isFalse();
    head[0] ^= 1;
    assertThat(format.plausible(db, head)).isFalse();
    assertThat(format.plausible(plainPackage, head)).isFalse();
  }

  private static byte[] head(byte[] bytes) {
    return Arrays.copyOf(bytes, 512);
  }

  @Test
  void readingWhatIsNoDatabaseIsAMistakeOfTheCaller() {
    assertThatThrownBy(() ->
            format.read(new RelPath("lastupdate"), InputStream.nullInputStream(), (path, is) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lastupdate");
  }
}
