package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NextReleaseTest {
  private static final String SAMPLE = "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst";

  @TempDir private Path directory;

  private final PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.CURRENT);

  @Test
  void theSecondNumberOfTheReleaseCounts() throws Exception {
    assertThat(NextRelease.after("1.0-1", List.of())).isEqualTo("1.0-1.1");
    assertThat(NextRelease.after("1.0-1.1", List.of())).isEqualTo("1.0-1.2");
    assertThat(NextRelease.after("2:1.0.3-1.9", List.of())).isEqualTo("2:1.0.3-1.10");
    assertThat(NextRelease.after("1.0-1", List.of("1.0-1.1", "1.0-1.02", "0:1.0-1.3")))
        .isEqualTo("1.0-1.4");
    assertThatThrownBy(() -> NextRelease.after("1-1.9999999999", List.of()))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageContaining("higher pkgrel");
  }

  private byte[] bumped(byte[] original) throws IOException {
    Path copy = directory.resolve("copy");
    format.bump(Files.write(directory.resolve("original"), original), List.of(), copy);
    return Files.readAllBytes(copy);
  }

  private static byte[] unpacked(Compression compression, byte[] bytes) throws IOException {
    try (InputStream in = compression.open(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4", "NONE"})
  void onlyTheVersionIsAnother(Compression compression) throws Exception {
    byte[] tar = unpacked(Compression.ZSTD, Samples.bytes(SAMPLE));
    byte[] copy = bumped(Archive.pack(compression, tar));
    assertThat(Compression.of(Arrays.copyOf(copy, Compression.SNIFFED))).isEqualTo(compression);
    PackageRecord read = format.read(directory.resolve("copy"));
    PackageRecord before = format.read(directory.resolve("original"));
    assertThat(read.info().version()).isEqualTo("1:1.2.3-2.1");
    assertThat(format.files(read.bytes())).isEqualTo(format.files(before.bytes()));
    byte[] tarAfter = unpacked(compression, copy);
    int payload = new String(tar, StandardCharsets.ISO_8859_1).indexOf("etc/\0");
    int payloadAfter = new String(tarAfter, StandardCharsets.ISO_8859_1).indexOf("etc/\0");
    assertThat(Arrays.copyOfRange(tarAfter, payloadAfter, tarAfter.length))
        .isEqualTo(Arrays.copyOfRange(tar, payload, tar.length));
    assertThat(bumped(Archive.pack(compression, tar))).isEqualTo(copy);
  }

  @Test
  void headersOfEveryKindAreKept() throws Exception {
    PackageMaker maker =
        PackageMaker.of("a", "1-1", "pkgdesc = pkgver = 1-1")
            .file("usr/" + "long/".repeat(60) + "name", "x")
            .file("usr/ä", "y")
            .symbolicLink("usr/link", "somewhere/" + "far/".repeat(50));
    byte[] before = maker.tar();
    byte[] after = unpacked(Compression.ZSTD, bumped(maker.bytes()));
    assertThat(after.length).isEqualTo(before.length);
    assertThat(Arrays.copyOfRange(after, 1024, after.length))
        .isEqualTo(Arrays.copyOfRange(before, 1024, before.length));
    assertThat(new String(after, 512, 80, StandardCharsets.UTF_8))
        .contains("pkgver = 1-1.1\n")
        .contains("pkgdesc = pkgver = 1-1\n");
  }

  @Test
  void attributesInPaxHeadersAreKept() throws Exception {
    TarArchiveEntry entry = new TarArchiveEntry("usr/ping");
    entry.addPaxHeader("SCHILY.xattr.security.capability", "x");
    entry.setSize(1);
    byte[] before =
        new Archive()
            .add(".PKGINFO", "pkgname = a\npkgver = 1-1\narch = any")
            .add(entry, new byte[] {7})
            .plain();
    byte[] after = bumped(before);
    assertThat(new String(after, StandardCharsets.ISO_8859_1))
        .contains("SCHILY.xattr.security.capability=x");
  }

  @Test
  void whatCannotBeChangedIsRefused() throws Exception {
    byte[] right = PackageMaker.of("a", "1-1").file("usr/x", "x").tar();
    assertThatThrownBy(() -> bumped(Arrays.copyOf(right, 3 * 512)))
        .isInstanceOf(InvalidPackage.class);
    byte[] path = "17 path=.PKGINFO\n".getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry extension = new TarArchiveEntry("x", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
    extension.setSize(path.length);
    byte[] odd =
        new Archive()
            .add(extension, path)
            .add("y", "pkgname = a\npkgver = 1-1\narch = any")
            .plain();
    assertThatThrownBy(() -> bumped(odd))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageContaining("unusual");
  }

  /// A hundred megabytes of it are a hundred kilobytes in the package.
  @Test
  void anMtreeIsRewrittenLineByLine() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("./.PKGINFO size=1 mode=644\n".getBytes(StandardCharsets.UTF_8));
      byte[] comment = ("#" + "x".repeat(60_000) + "\n").getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 2000; i++) {
        gzip.write(comment);
      }
      gzip.write("./usr type=dir".getBytes(StandardCharsets.UTF_8));
    }
    byte[] after =
        bumped(
            PackageMaker.of("a", "1-1")
                .file(".MTREE", packed.toByteArray())
                .directory("usr")
                .bytes());
    String tar = new String(unpacked(Compression.ZSTD, after), StandardCharsets.ISO_8859_1);
    assertThat(tar).contains("pkgver = 1-1.1\n");
    PackageReader.Metadata metadata = PackageReader.metadata(directory.resolve("copy"));
    long[] length = new long[1];
    Mtree.eachLine(
        Objects.requireNonNull(metadata.mtree()),
        (line, ended) -> {
          length[0] += line.length() + (ended ? 1 : 0);
          assertThat(line).matches("\\./\\.PKGINFO size=38 mode=644|#x+|\\./usr type=dir");
        });
    assertThat(length[0]).isEqualTo(28 + 2000 * 60_002L + 14);
  }
}
