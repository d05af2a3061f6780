package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.format.Compression;
import dev.larder.format.IndexOrder;
import dev.larder.format.InvalidIndex;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.testing.TarSums;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// Packages of pacman, and each kind of metadata in them.
final class PackageFuzz {
  private static final String FAULT = "\\P{Cntrl}{5,700}";

  @TempDir private Path directory;

  private final PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.V6_0);

  /// A tar archive that nobody packed. If it may be hosted, then what is kept of it says the same,
  /// and so does its next release, but for the version.
  @FuzzTest
  void tar(byte[] tar) throws IOException {
    Path file = Files.write(directory.resolve("package"), TarSums.corrected(tar));
    Path copy = directory.resolve("copy");
    try {
      PackageRecord read = format.read(file);
      assertThat(format.info(read.bytes())).isEqualTo(read.info());
      assertThat(format.files(read.bytes())).doesNotHaveDuplicates();
      assertThat(format.pathOf(read, "x").length()).isLessThanOrEqualTo(234 + 12);
      assertThat(format.lint("x86_64", List.of(read.info()))).isNotNull();
      format.bump(file, List.of(), copy);
      PackageRecord next = format.read(copy);
      assertThat(format.compareVersions(next.info().version(), read.info().version())).isPositive();
      assertThat(format.files(next.bytes())).isEqualTo(format.files(read.bytes()));
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  /// A `.PKGINFO` that is taken is in the database as our own mirror reads it.
  @FuzzTest
  void pkgInfo(byte[] text) throws IOException {
    PkgInfo info;
    try {
      info = PkgInfo.read(text);
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching(FAULT);
      return;
    }
    Checksum sha256 = Checksum.sha256(text);
    PackedFile file =
        new PackedFile(
            text.length, sha256, new Checksum(Algorithm.MD5, sha256.hex().substring(32)));
    PackedRecord packed = new PackedRecord(file, Compression.ZSTD, false, info, List.of());
    assertThat(new PackedRecord(packed.bytes()).info()).isEqualTo(info);
    IndexOrder.Entry entry =
        new IndexOrder.Entry(
            info.name(),
            info.version(),
            info.fileNameStem() + ".pkg.tar.zst",
            text.length,
            sha256,
            null);
    DatabaseEntry written = new DatabaseEntry(entry, packed, new byte[] {1});
    ByteArrayOutputStream database = new ByteArrayOutputStream();
    written.write(database, IndexName.Part.FILES, Compat.V6_0);
    database.writeBytes(new byte[2 * TarHeader.BLOCK]);
    Description description = description(database.toByteArray(), 2);
    assertThat(description.name()).isEqualTo(info.name());
    assertThat(description.version()).isEqualTo(info.version());
    assertThat(description.fileName()).isEqualTo(entry.path());
    assertThat(description.file().checksum()).isEqualTo(sha256);
    assertThat(Archive.promises("lab.db", database.toByteArray())).containsKey(entry.path());
  }

  private static Description description(byte[] tar, int member) throws IOException {
    try (TarMembers members = TarMembers.open("db", new ByteArrayInputStream(tar), 1 << 22)) {
      for (int i = 0; i < member; i++) {
        assertThat(members.next()).isTrue();
      }
      return Description.read(members, new Lines(members));
    }
  }

  @FuzzTest
  void buildInfo(byte[] text) {
    int[] count = new int[1];
    try {
      KeyValueLines.read(
          ".BUILDINFO",
          text,
          (key, value) -> {
            count[0]++;
            assertThat(key).doesNotContain("=").isEqualTo(key.strip()).isNotEmpty();
            assertThat(value).isEqualTo(value.strip()).doesNotContain("\n");
          });
      assertThat(count[0]).isLessThanOrEqualTo(text.length / 2);
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  /// As it stands in the gzip file; and the same taken for the file itself.
  @FuzzTest
  void mtree(byte[] text) throws IOException {
    ByteArrayOutputStream same = new ByteArrayOutputStream();
    byte[] packed = PackageMaker.gzip(new String(text, StandardCharsets.ISO_8859_1));
    try {
      Mtree.eachLine(
          packed,
          (line, ended) -> {
            same.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
            same.writeBytes(ended ? new byte[] {'\n'} : new byte[0]);
          });
      assertThat(same.toByteArray()).isEqualTo(PackageMaker.gunzip(packed));
      Mtree.read(
          packed,
          (path, words) -> {
            assertThat(path).doesNotEndWith("//").doesNotStartWith("./.");
            assertThat(words).hasSizeLessThan(64);
          });
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching(FAULT);
    }
    try {
      Mtree.read(text, (_, _) -> {});
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageStartingWith(".MTREE: ");
    }
  }

  /// What is kept of a package is only ever our own, but a disk may damage it.
  @FuzzTest
  void packedRecord(byte[] bytes) {
    try {
      assertThat(format.info(bytes)).isNotNull();
      assertThat(format.files(bytes)).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("record");
    }
  }

  /// The text of a `desc`.
  @FuzzTest
  void desc(byte[] text) throws IOException {
    ByteArrayOutputStream alone = new ByteArrayOutputStream();
    new TarHeader(0).file(alone, "x/desc", text);
    alone.writeBytes(new byte[2 * TarHeader.BLOCK]);
    Description read;
    try {
      read = description(alone.toByteArray(), 1);
    } catch (InvalidIndex e) {
      assertThat(e).hasMessageMatching(FAULT);
      return;
    }
    ByteArrayOutputStream database = new ByteArrayOutputStream();
    String name = read.name() + "-" + read.version();
    try {
      new TarHeader(0).file(database, name + "/desc", text);
      database.writeBytes(new byte[2 * TarHeader.BLOCK]);
      assertThat(Archive.promises("core.db", database.toByteArray()))
          .containsEntry(read.fileName(), read.file());
    } catch (InvalidIndex e) {
      // A name that cannot be one of a directory, or a path.
      assertThat(e).hasMessageMatching(FAULT);
    }
  }

  /// A database as a tar archive that nobody packed.
  @FuzzTest
  void database(byte[] tar) throws IOException {
    for (String index : List.of("core.db", "core.files")) {
      try {
        assertThat(Archive.promises(index, TarSums.corrected(tar)))
            .allSatisfy((path, _) -> assertThat(path).doesNotContain("/"));
      } catch (InvalidIndex e) {
        assertThat(e).hasMessageMatching(FAULT);
      }
    }
  }

  @FuzzTest
  void mirrorlist(byte[] bytes) {
    try {
      Mirrorlist list = Mirrorlist.parse("list", new String(bytes, StandardCharsets.UTF_8));
      assertThat(list.servers())
          .isNotEmpty()
          .allMatch(uri -> uri.getHost() != null && !uri.toString().endsWith("/"));
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("list");
    }
  }
}
