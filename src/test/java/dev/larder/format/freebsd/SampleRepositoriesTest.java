package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.Compression;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What pkg 2.8.4 made is read back exactly: every promise against the file it is about.
final class SampleRepositoriesTest {
  private static final FreeBsdPkgFormat FORMAT = new FreeBsdPkgFormat();

  static List<String> repositories() {
    return Samples.REPOSITORIES;
  }

  private static Map<String, Expected> onDisk(String repository, String below) throws IOException {
    Path root = Samples.path(repository);
    Map<String, Expected> files = new LinkedHashMap<>();
    try (Stream<Path> all = Files.walk(root.resolve("All"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        MessageDigest blake = Checksum.Algorithm.BLAKE2B.digest();
        blake.update(bytes);
        files.put(
            below + root.relativize(file),
            new Expected(bytes.length, Checksum.of(Checksum.Algorithm.BLAKE2B, blake)));
      }
    }
    assertThat(files).hasSize(12);
    return files;
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void bothCataloguesPromiseTheVeryFilesBelowAll(String repository) throws Exception {
    for (String index : List.of("data.pkg", "packagesite.pkg")) {
      byte[] bytes = Samples.bytes(repository + "/" + index);
      for (String below : List.of("", "FreeBSD:14:amd64/quarterly/", "some/where/")) {
        assertThat(Samples.promises(below + index, bytes))
            .containsExactlyInAnyOrderEntriesOf(onDisk(repository, below));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void everyPackingOfAPayloadIsReadTheSame(String repository) throws Exception {
    byte[] data = Samples.payload(repository + "/data.pkg");
    byte[] lines = Samples.payload(repository + "/packagesite.pkg");
    for (Compression compression :
        List.of(
            Compression.NONE,
            Compression.GZIP,
            Compression.XZ,
            Compression.ZSTD,
            Compression.BZIP2)) {
      assertThat(
              Samples.promises(
                  "data.pkg", new CatalogueMaker().add("data", data).packed(compression)))
          .isEqualTo(onDisk(repository, ""));
      assertThat(
              Samples.promises(
                  "packagesite.txz",
                  new CatalogueMaker().add("packagesite.yaml", lines).packed(compression)))
          .isEqualTo(onDisk(repository, ""));
    }
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void theRestOfASampleIsWellFormedAndPlausible(String repository) throws Exception {
    for (String index : List.of("meta.conf", "meta", "data.pkg", "packagesite.pkg")) {
      byte[] bytes = Samples.bytes(repository + "/" + index);
      byte[] start = Arrays.copyOf(bytes, Math.min(512, bytes.length));
      assertThat(FORMAT.plausible(new RelPath(index), start)).isTrue();
      if (index.startsWith("meta")) {
        assertThat(Samples.promises(index, bytes)).isEmpty();
      }
    }
  }

  @Test
  void aListOfFilesPromisesNothing() throws Exception {
    assertThat(Samples.promises("x/files.pkg", Samples.bytes("list/files.pkg"))).isEmpty();
  }

  @Test
  void theNameOfAHashedPackageAgreesWithItsBytesAndNoOthers() throws Exception {
    try (Stream<Path> all = Files.list(Samples.path("hashed/All/Hashed"))) {
      List<Path> files = all.sorted().toList();
      assertThat(files).hasSize(12);
      for (Path file : files) {
        RelPath path = new RelPath("x/All/Hashed/" + file.getFileName());
        byte[] bytes = Files.readAllBytes(file);
        assertThat(FORMAT.fault(path, new ByteArrayInputStream(bytes))).isNull();
        bytes[bytes.length / 2] ^= 1;
        assertThat(FORMAT.fault(path, new ByteArrayInputStream(bytes)))
            .contains(file.getFileName().toString().substring(13, 23));
      }
    }
  }

  @Test
  void theSignedSamplesAreGoodByTheirOwnKeyAndBadByTheOther() throws Exception {
    PkgTrust fingerprints = PkgTrust.fingerprints(Samples.path("keys/fingerprints"));
    PkgTrust repo = PkgTrust.publicKey(Samples.path("keys/repo.pub"));
    PkgTrust other = PkgTrust.publicKey(Samples.path("keys/fp.pub"));
    for (String index : List.of("data.pkg", "packagesite.pkg")) {
      assertThat(check(fingerprints, "fingerprints", index)).isInstanceOf(Verdict.Good.class);
      assertThat(check(repo, "rsa", index)).isInstanceOf(Verdict.Good.class);
      assertThat(check(other, "rsa", index)).isInstanceOf(Verdict.Bad.class);
      assertThat(check(other, "fingerprints", index)).isInstanceOf(Verdict.Bad.class);
      for (String repository : List.of("unsigned", "hashed", "list", "rsa")) {
        assertThat(check(fingerprints, repository, index)).isInstanceOf(Verdict.Bad.class);
      }
      for (String repository : List.of("unsigned", "hashed", "list", "fingerprints")) {
        assertThat(check(repo, repository, index)).isInstanceOf(Verdict.Bad.class);
      }
    }
  }

  private static Verdict check(PkgTrust trust, String repository, String index) throws IOException {
    return trust.check(
        new RelPath(index), new ByteArrayInputStream(Samples.bytes(repository + "/" + index)));
  }
}
