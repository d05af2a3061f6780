package dev.larder.format.pacman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.PackageRecord;
import dev.larder.sign.OpenPgpSigner;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DatabaseTest {
  @TempDir private Path directory;

  private static Map<String, String> members(byte[] gzip) throws IOException {
    Map<String, String> members = new TreeMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ByteArrayInputStream(PackageMaker.gunzip(gzip)))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        members.put(e.getName(), new String(tar.readAllBytes(), UTF_8));
      }
    }
    return members;
  }

  private Hosted samples(Compat compat) throws IOException {
    Hosted hosted = new Hosted(compat, directory);
    for (String name : Samples.PACKAGES) {
      Path file = Files.write(directory.resolve(name), Samples.bytes(name));
      Files.write(directory.resolve(name + ".sig"), Samples.bytes(name + ".sig"));
      hosted.add(file);
    }
    return hosted;
  }

  private static byte[] read(Path directory, String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name));
  }

  @Test
  void inTheOldFormDatabasesHoldWhatRepoAddWrote() throws Exception {
    Path output = samples(Compat.V6_0).write();
    assertThat(members(read(output, "lab.db"))).isEqualTo(members(Samples.bytes("lab.db.tar.gz")));
    assertThat(members(read(output, "lab.files")))
        .isEqualTo(members(Samples.bytes("lab.files.tar.gz")));
  }

  @Test
  void inTheCurrentFormTheyHoldNoMd5AndNoSignatures() throws Exception {
    Path output = samples(Compat.CURRENT).write();
    Map<String, String> theirs = members(Samples.bytes("lab.files.tar.gz"));
    theirs.replaceAll((_, text) -> text.replaceAll("%(MD5SUM|PGPSIG)%\n[^\n]*\n\n", ""));
    assertThat(members(read(output, "lab.files"))).isEqualTo(theirs);
  }

  @Test
  void ourOwnReaderFindsThePromises() throws Exception {
    Path output = samples(Compat.V6_0).write();
    Map<String, Expected> wanted = new HashMap<>();
    for (String name : Samples.PACKAGES) {
      for (String file : List.of(name, name + ".sig")) {
        byte[] bytes = Samples.bytes(file);
        wanted.put(file, new Expected(bytes.length, Checksum.sha256(bytes)));
      }
    }
    assertThat(Archive.promises("lab.db", read(output, "lab.db"))).isEqualTo(wanted);
    assertThat(Archive.promises("lab.files", read(output, "lab.files"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyDatabaseIsValid(Compat compat) throws Exception {
    Path output = new Hosted(compat, directory).write();
    assertThat(Archive.promises("lab.db", read(output, "lab.db"))).isEmpty();
    assertThat(PackageMaker.gunzip(read(output, "lab.db"))).isEqualTo(new byte[10_240]);
  }

  @Test
  void databasesHaveTheirLongNamesToo() throws Exception {
    Path output = samples(Compat.CURRENT).write();
    for (String name : List.of("lab.db", "lab.files")) {
      assertThat(read(output, name + ".tar.gz")).isEqualTo(read(output, name));
    }
    assertThat(published(output))
        .containsExactly("lab.db", "lab.db.tar.gz", "lab.files", "lab.files.tar.gz");
  }

  private static List<String> published(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /// Signs with its name and the length of the file.
  private record NamingSigner(String fingerprint) implements OpenPgpSigner {
    @Override
    public byte[] sign(Path file) throws IOException {
      return (fingerprint + Files.size(file)).getBytes(UTF_8);
    }

    @Override
    public byte[] publicKey() {
      return new byte[0];
    }

    @Override
    public @Nullable Instant expires() {
      return null;
    }
  }

  @Test
  void theFirstKeySignsAllFour() throws Exception {
    Path output =
        samples(Compat.CURRENT).signedBy(new NamingSigner("A"), new NamingSigner("B")).write();
    for (String name : List.of("lab.db", "lab.files")) {
      byte[] signature = ("A" + Files.size(output.resolve(name))).getBytes(UTF_8);
      assertThat(read(output, name + ".sig")).isEqualTo(signature);
      assertThat(read(output, name + ".tar.gz.sig")).isEqualTo(signature);
    }
    assertThat(published(output)).hasSize(8);
  }

  @Test
  void whatIsKnownOfAPackageMustBeAboutIt() throws Exception {
    Hosted hosted = samples(Compat.CURRENT);
    PackageRecord one =
        PackageReader.read(directory.resolve("hello-split-docs-1:1.2.3-2-any.pkg.tar.zst"));
    PackageRecord other =
        PackageReader.read(directory.resolve("hello-split-1:1.2.3-2-x86_64.pkg.tar.zst"));
    hosted.add(new PackageRecord(one.info(), one.size(), one.sha256(), other.bytes()), null);
    assertThatThrownBy(hosted::write)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("hello-split-1:1.2.3-2-x86_64 with other bytes");
  }

  // ---- one database after another --------------------------------------------------------------

  /// A package of which nothing but the metadata exists.
  private static PackageRecord made(String name, String version, Random random) {
    byte[] any = new byte[32];
    random.nextBytes(any);
    Checksum sha256 = Checksum.sha256(any);
    long size = random.nextInt(1, 1 << 20);
    PkgInfo info =
        new PkgInfo(
            Map.of(
                Field.PKGNAME, List.of(name),
                Field.PKGVER, List.of(version),
                Field.ARCH, List.of("any")));
    String md5 = sha256.hex().substring(32);
    PackedRecord packed =
        new PackedRecord(
            new PackedFile(size, sha256, new Checksum(Checksum.Algorithm.MD5, md5)),
            Compression.ZSTD,
            false,
            info,
            List.of("usr/".getBytes(UTF_8), ("usr/" + name).getBytes(UTF_8)));
    return new PackageRecord(info.describe(false), size, sha256, packed.bytes());
  }

  @Test
  void aSignatureThatIsNotTheRecordedOneIsNotWritten() throws Exception {
    byte[] right = {1, 2, 3};
    Hosted hosted = new Hosted(Compat.V6_0, directory).add(made("a", "1-1", new Random(1)), right);
    hosted.write();
    hosted.replaceSignature("a", new byte[] {1, 2, 4});
    assertThatThrownBy(hosted::writeAnew)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the signature beside a-1-1-any.pkg.tar.zst is another than")
        .hasMessageContaining("restore it");
    hosted.replaceSignature("a", null);
    assertThatThrownBy(hosted::writeAnew)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is missing");
  }

  private static void sameDatabases(Path one, Path other) throws IOException {
    for (String name : List.of("lab.db", "lab.files", ".lab.db.chunks", ".lab.files.chunks")) {
      assertThat(read(one, name)).as(name).isEqualTo(read(other, name));
    }
  }

  @ParameterizedTest
  @EnumSource
  void howARepositoryCameAboutDoesNotShow(Compat compat) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Hosted hosted = new Hosted(compat, directory);
    for (int step = 0; step < 15; step++) {
      for (int change = random.nextInt(1, step == 0 ? 400 : 20); change > 0; change--) {
        String name = "package-" + Integer.toString(random.nextInt(1500), 36);
        if (random.nextInt(4) == 0) {
          hosted.remove(name);
        } else {
          byte[] signature = random.nextBoolean() ? name.getBytes(UTF_8) : null;
          hosted.add(made(name, random.nextInt(9) + "-1", random), signature);
        }
      }
      try {
        Path next = hosted.write();
        sameDatabases(next, hosted.writeAnew());
        assertThat(hosted.loaded()).hasSize(hosted.names().size());
        assertThat(Archive.promises("lab.db", read(next, "lab.db")).keySet())
            .filteredOn(path -> !path.endsWith(".sig"))
            .hasSize(hosted.names().size());
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
      }
    }
  }

  private Hosted many(int count) {
    Random random = new Random(7);
    Hosted hosted = new Hosted(Compat.CURRENT, directory);
    for (int i = 0; i < count; i++) {
      hosted.add(made("package-" + i, "1-1", random), null);
    }
    return hosted;
  }

  @Test
  void onePackageMoreLoadsOnlyItsNeighbours() throws Exception {
    Hosted hosted = many(3000);
    hosted.write();
    assertThat(hosted.loaded()).hasSize(3000);
    hosted.write();
    assertThat(hosted.loaded()).isEmpty();
    hosted.add(made("package-1500", "2-1", new Random(8)), null);
    Path output = hosted.write();
    assertThat(hosted.loaded()).contains("package-1500").hasSizeLessThan(600);
    sameDatabases(output, hosted.writeAnew());
  }

  @Test
  void aSignatureChangesOnlyWhatHoldsIt() throws Exception {
    PackageRecord one = made("one", "1-1", new Random(1));
    Hosted current = new Hosted(Compat.CURRENT, Files.createDirectory(directory.resolve("a")));
    current.add(one, null).write();
    current.add(one, new byte[] {1}).write();
    assertThat(current.loaded()).isEmpty();
    Hosted old = new Hosted(Compat.V6_0, Files.createDirectory(directory.resolve("b")));
    old.add(one, null).write();
    Path output = old.add(one, new byte[] {1}).write();
    assertThat(members(read(output, "lab.db")).get("one-1-1/desc")).contains("%PGPSIG%\nAQ==\n");
  }

  @Test
  void damageToWhatWasWrittenBeforeIsNeverCopied() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 25; round++) {
      Path place = Files.createDirectory(directory.resolve("round-" + round));
      Random fixed = new Random(3);
      Hosted hosted = new Hosted(Compat.CURRENT, place);
      for (int i = 0; i < 300; i++) {
        hosted.add(made("package-" + i, "1-1", fixed), null);
      }
      Path before = hosted.write();
      byte[] strange =
          Files.readAllBytes(before.resolve(random.nextBoolean() ? "lab.db" : ".lab.files.chunks"));
      for (String name : List.of("lab.db", "lab.files", ".lab.db.chunks", ".lab.files.chunks")) {
        Path file = before.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        switch (random.nextInt(5)) {
          case 0 -> Files.delete(file);
          case 1 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
          case 2 -> {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
          }
          case 3 -> Files.write(file, strange);
          default -> {
            // left as it is
          }
        }
      }
      hosted.add(made("package-150", "2-1", fixed), null);
      try {
        sameDatabases(hosted.write(), hosted.writeAnew());
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", round " + round + ": " + e.getMessage(), e);
      }
    }
  }
}
