package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.IndexOrder;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import dev.larder.sign.RsaSigner;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import dev.larder.testing.Command;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.HostedPackages;
import dev.larder.testing.Tools;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CatalogueWriterTest {
  private static final String ABI = "FreeBSD:14:amd64";
  private static final List<String> CATALOGUES = List.of("data.pkg", "packagesite.pkg");

  private static FreeBsdKey key;
  private static FreeBsdKey next;

  @TempDir Path work;

  @BeforeAll
  static void keys() {
    key = FreeBsdKey.create();
    next = FreeBsdKey.create();
  }

  private static HostedPackages hosted(Style style) throws IOException {
    HostedPackages hosted = new HostedPackages(new PkgRepositoryFormat(style), ABI);
    for (Path file : PackageReaderTest.packages("unsigned")) {
      hosted.add(file);
    }
    return hosted;
  }

  private Path output() throws IOException {
    return Files.createTempDirectory(work, "output");
  }

  private Path written(Style style, HostedPackages hosted, RsaSigner... signers)
      throws IOException {
    Path output = output();
    new PkgRepositoryFormat(style).write(hosted.order(output, signers));
    return output;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Archive(String payload, byte[] bytes, Map<String, byte[]> signatures) {}

  private static Archive archive(Path output, String index) throws IOException {
    byte[][] payload = new byte[1][];
    String[] name = new String[1];
    Map<String, byte[]> signatures;
    try (InputStream bytes = Files.newInputStream(output.resolve(index))) {
      signatures =
          CatalogueArchive.read(
              index,
              bytes,
              (where, modified, content) -> {
                assertThat(modified).isZero();
                name[0] = where.substring(where.lastIndexOf(' ') + 1);
                payload[0] = content.readAllBytes();
              });
    }
    return new Archive(name[0], payload[0], signatures);
  }

  // ---- what is in it --------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void aMirrorReadsEveryPackageAndEveryByteOfIt(Style style) throws Exception {
    HostedPackages hosted = hosted(style);
    Path root = work.resolve("www");
    hosted.publish(root, key.signer());
    for (String index : CATALOGUES) {
      Map<String, Expected> promises =
          Samples.promises(ABI + "/" + index, Files.readAllBytes(root.resolve(ABI).resolve(index)));
      assertThat(promises).hasSize(12);
      for (Map.Entry<String, Expected> promise : promises.entrySet()) {
        byte[] bytes = Files.readAllBytes(root.resolve(promise.getKey()));
        assertThat(promise.getValue())
            .isEqualTo(new Expected(bytes.length, Checksum.sha256(bytes)));
        assertThat(
                new FreeBsdPkgFormat()
                    .fault(new RelPath(promise.getKey()), new ByteArrayInputStream(bytes)))
            .isNull();
      }
    }
    PkgTrust trust =
        switch (style) {
          case PUBKEY -> PkgTrust.publicKey(Files.write(work.resolve("k"), key.publicPem()));
          case FINGERPRINTS -> PkgTrust.fingerprints(FreeBsdKey.fingerprints(work, key));
        };
    for (String index : CATALOGUES) {
      assertThat(
              trust.check(
                  new RelPath(index), Files.newInputStream(root.resolve(ABI).resolve(index))))
          .isInstanceOf(Verdict.Good.class);
    }
  }

  @Test
  void bothCataloguesHoldTheSameRecordsOnTheirLines() throws Exception {
    Path output = written(Style.PUBKEY, hosted(Style.PUBKEY));
    Archive lines = archive(output, "packagesite.pkg");
    Archive data = archive(output, "data.pkg");
    assertThat(lines.payload()).isEqualTo("packagesite.yaml");
    assertThat(data.payload()).isEqualTo("data");
    String text = new String(lines.bytes(), StandardCharsets.UTF_8);
    assertThat(text).endsWith("}\n");
    assertThat(new String(data.bytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"groups\":[],\"expired_packages\":[],\"packages\":["
                + String.join(",", text.lines().toList())
                + "]}");
    assertThat(lines.signatures()).isEmpty();
    assertThat(data.signatures()).isEmpty();
    assertThat(output.resolve("meta")).hasSameBinaryContentAs(output.resolve("meta.conf"));
    assertThat(output.resolve("meta.conf"))
        .content()
        .contains("packing_format = \"tzst\";", "manifests = \"packagesite.yaml\";");
    assertThat(files(output).keySet())
        .containsExactly("data.pkg", "meta", "meta.conf", "packagesite.pkg");
  }

  private static Map<String, byte[]> files(Path output) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(output)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(output.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void theSamePackagesMakeTheSameBytes() throws Exception {
    Map<String, byte[]> once = files(written(Style.PUBKEY, hosted(Style.PUBKEY), key.signer()));
    Map<String, byte[]> twice = files(written(Style.PUBKEY, hosted(Style.PUBKEY), key.signer()));
    assertThat(twice.keySet()).isEqualTo(once.keySet());
    once.forEach((name, bytes) -> assertThat(twice.get(name)).as(name).isEqualTo(bytes));
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyRepositoryIsValidAndSigned(Style style) throws Exception {
    HostedPackages none = new HostedPackages(new PkgRepositoryFormat(style), ABI);
    Path output = written(style, none, key.signer());
    assertThat(archive(output, "packagesite.pkg").bytes()).isEmpty();
    assertThat(archive(output, "data.pkg").bytes())
        .asString()
        .isEqualTo("{\"groups\":[],\"expired_packages\":[],\"packages\":[]}");
    assertThat(archive(output, "data.pkg").signatures()).isNotEmpty();
  }

  @Test
  void withoutZstdTheCataloguesArePackedWithGzipUnderTheSameNames() throws Exception {
    Path output = output();
    CatalogueWriter.write(
        hosted(Style.PUBKEY).order(output),
        new CatalogueSignatures(Style.PUBKEY, List.of()),
        Packing.GZIP);
    assertThat(Samples.promises("data.pkg", Files.readAllBytes(output.resolve("data.pkg"))))
        .hasSize(12);
    byte[] start = Arrays.copyOf(Files.readAllBytes(output.resolve("data.pkg")), 512);
    assertThat(Compression.of(start)).isEqualTo(Compression.GZIP);
    assertThat(output.resolve("meta.conf")).content().contains("packing_format = \"tgz\";");
  }

  // ---- signatures -----------------------------------------------------------------------------

  /// OpenSSL agrees that the 64 digits of the payload's SHA-256 were signed, hashed once more.
  private void openssl(FreeBsdKey signer, byte[] payload, byte @Nullable [] signature)
      throws Exception {
    Path digits = Files.writeString(work.resolve("digits"), Checksum.sha256(payload).hex());
    Path pem = Files.write(work.resolve("key.pem"), signer.publicPem());
    Path sig = Files.write(work.resolve("sig"), Objects.requireNonNull(signature));
    Command.of("openssl", "dgst", "-sha256", "-verify", pem.toString())
        .with("-signature", sig.toString(), digits.toString())
        .runOk();
  }

  @Test
  void aPublicKeyChecksOneSignatureWithANulBehindIt() throws Exception {
    Tools.require("openssl");
    Path output = written(Style.PUBKEY, hosted(Style.PUBKEY), key.signer(), next.signer());
    for (String index : CATALOGUES) {
      Archive archive = archive(output, index);
      assertThat(archive.signatures()).containsOnlyKeys("signature");
      byte[] signature = archive.signatures().get("signature");
      assertThat(signature).hasSize(257).endsWith(0);
      openssl(key, archive.bytes(), Arrays.copyOf(signature, 256));
    }
  }

  @Test
  void fingerprintsCheckAPairForEachKeyWithNothingBehindIt() throws Exception {
    Tools.require("openssl");
    Path output =
        written(Style.FINGERPRINTS, hosted(Style.FINGERPRINTS), key.signer(), next.signer());
    for (String index : CATALOGUES) {
      Archive archive = archive(output, index);
      String name = archive.payload();
      assertThat(archive.signatures())
          .containsOnlyKeys(name + ".sig", name + ".pub", name + "-2.sig", name + "-2.pub");
      assertThat(archive.signatures().get(name + ".pub")).isEqualTo(key.publicPem());
      assertThat(archive.signatures().get(name + "-2.pub")).isEqualTo(next.publicPem());
      assertThat(archive.signatures().get(name + ".sig")).hasSize(256);
      openssl(key, archive.bytes(), archive.signatures().get(name + ".sig"));
      openssl(next, archive.bytes(), archive.signatures().get(name + "-2.sig"));
    }
  }

  @Test
  void moreKeysThanClientsLookAtAreRefused() throws Exception {
    RsaSigner one = key.signer();
    HostedPackages hosted = hosted(Style.FINGERPRINTS);
    written(Style.FINGERPRINTS, hosted, one, one, one, one);
    assertThatThrownBy(() -> written(Style.FINGERPRINTS, hosted, one, one, one, one, one))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most 4 keys");
  }

  @Test
  void aKeyThatSignsWronglyIsNoticed() throws Exception {
    RsaSigner wrong =
        new RsaSigner() {
          @Override
          public byte[] sign(byte[] message) throws IOException {
            return next.signer().sign(message);
          }

          @Override
          public byte[] publicKey() {
            return key.publicPem();
          }
        };
    for (Style style : Style.values()) {
      HostedPackages hosted = hosted(style);
      assertThatThrownBy(() -> written(style, hosted, wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not signed by the keys");
    }
  }

  // ---- the first package ----------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void thePackageToBeginWithLiesInLatestWithItsSignature(Style style) throws Exception {
    Tools.require("openssl");
    HostedPackages hosted = hosted(style);
    Path pkg = PackageMaker.file(work, PackageMaker.manifest("pkg", "2.8.4"));
    hosted.add(pkg);
    Path output = written(style, hosted, key.signer(), next.signer());
    byte[] bytes = Files.readAllBytes(pkg);
    for (String name : List.of("pkg.pkg", "pkg.txz")) {
      Path latest = output.resolve("Latest").resolve(name);
      assertThat(latest).hasBinaryContent(bytes);
      switch (style) {
        case PUBKEY ->
            openssl(key, bytes, Files.readAllBytes(latest.resolveSibling(name + ".pubkeysig")));
        case FINGERPRINTS -> {
          byte[] sig = Files.readAllBytes(latest.resolveSibling(name + ".sig"));
          BootstrapSignature read = BootstrapSignature.read(name, sig);
          assertThat(read.key()).isEqualTo(key.publicPem());
          assertThat(sig).isEqualTo(Signer.bootstrap("", read.signature(), key.publicPem()));
          openssl(key, bytes, read.signature());
        }
      }
    }
    Map<String, byte[]> set = new HashMap<>();
    files(output.resolve("Latest")).forEach((name, content) -> set.put("Latest/" + name, content));
    assertThat(new FreeBsdPkgFormat().examine(new RelPath("Latest"), new Samples.MapSet(set)))
        .isEmpty();
    assertThat(files(written(style, hosted)).keySet())
        .as("unsigned")
        .contains("Latest/pkg.pkg")
        .noneMatch(name -> name.endsWith("sig"));
  }

  // ---- what must not be written ---------------------------------------------------------------

  @Test
  void aPackageOfAnotherAbiIsNeverWritten() throws Exception {
    HostedPackages hosted = hosted(Style.PUBKEY);
    hosted.add(
        PackageMaker.file(
            work, PackageMaker.manifest("alien", "1").put("abi", "FreeBSD:15:amd64")));
    assertThatThrownBy(() -> written(Style.PUBKEY, hosted))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("All/Hashed/alien-1~")
        .hasMessageContaining("FreeBSD:15:amd64");
    HostedPackages nowhere = new HostedPackages(new PkgRepositoryFormat(Style.PUBKEY), "x86_64");
    assertThatThrownBy(() -> written(Style.PUBKEY, nowhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x86_64");
  }

  @Test
  void aRecordOfAnotherPackageIsNoticed() throws Exception {
    IndexOrder order = hosted(Style.PUBKEY).order(output());
    IndexOrder.Entry first = order.entries().getFirst();
    IndexOrder.Entry other =
        new IndexOrder.Entry(first.name(), "9", first.path(), first.size(), first.sha256(), null);
    IndexOrder wrong =
        new IndexOrder(
            "test", ABI, List.of(other), order.contents(), order.signers(), null, order.output());
    assertThatThrownBy(() -> new PkgRepositoryFormat(Style.PUBKEY).write(wrong))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is recorded as");
  }

  @Test
  void whatWasChangedAfterItWasWrittenIsNoticed() throws Exception {
    IndexOrder order = hosted(Style.FINGERPRINTS).order(output(), key.signer());
    CatalogueSignatures signatures =
        new CatalogueSignatures(Style.FINGERPRINTS, order.signers().rsa());
    new PkgRepositoryFormat(Style.FINGERPRINTS).write(order);
    CatalogueCheck.check(order, signatures);
    IndexOrder less =
        new IndexOrder(
            "test",
            ABI,
            order.entries().subList(1, 12),
            order.contents(),
            order.signers(),
            null,
            order.output());
    assertThatThrownBy(() -> CatalogueCheck.check(less, signatures))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("12 packages instead of 11");
    assertThatThrownBy(() ->
            CatalogueCheck.check(
                order, new CatalogueSignatures(Style.PUBKEY, order.signers().rsa())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not signed");
  }

  @Test
  void theFirstPackageIsReadAgainOnlyWhereItIsACopy() throws Exception {
    HostedPackages hosted = hosted(Style.PUBKEY);
    Path pkg = PackageMaker.file(work, PackageMaker.manifest("pkg", "2.8.4"));
    hosted.add(pkg);
    IndexOrder order = hosted.order(output(), key.signer());
    CatalogueSignatures signatures = new CatalogueSignatures(Style.PUBKEY, order.signers().rsa());
    new PkgRepositoryFormat(Style.PUBKEY).write(order);
    byte[] bytes = Files.readAllBytes(pkg);
    byte[] other = bytes.clone();
    other[other.length - 1]++;
    // In place, so that it is the same file under all its names: nobody looks into it.
    Files.write(pkg, other);
    CatalogueCheck.check(order, signatures);
    Files.write(pkg, bytes);
    Path latest = order.output().resolve("Latest/pkg.txz");
    Files.delete(latest);
    Files.write(latest, bytes);
    CatalogueCheck.check(order, signatures);
    for (byte[] wrong : List.of(other, Arrays.copyOf(bytes, bytes.length - 1))) {
      Files.write(latest, wrong);
      assertThatThrownBy(() -> CatalogueCheck.check(order, signatures))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Latest/pkg.txz is not the package");
    }
  }
}
