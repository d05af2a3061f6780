package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.Compression;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A real catalogue, packed again in every way and signed again in every way a client of either
/// generation takes, is good and says the same; with anything of it changed it is never good.
final class ResignedCataloguesTest {
  private static final Signer SIGNER = Signer.create();
  private static final int ROUNDS = 6;

  private final PkgTrust key;
  private final PkgTrust fingerprints;

  ResignedCataloguesTest(@TempDir Path dir) throws IOException {
    Files.write(dir.resolve("repo.pub"), SIGNER.pem());
    Files.createDirectories(dir.resolve("trusted"));
    Files.writeString(
        dir.resolve("trusted/ours"),
        "function: \"sha256\"\nfingerprint: \"" + SIGNER.fingerprint() + "\"\n");
    this.key = PkgTrust.publicKey(dir.resolve("repo.pub"));
    this.fingerprints = PkgTrust.fingerprints(dir);
  }

  /// How a catalogue is signed.
  enum Signing {
    RSA,
    RSA_WITHOUT_NUL,
    RSA_AS_BEFORE,
    SIGNATURE_LAST,
    FINGERPRINTS,
    FINGERPRINTS_LAST;

    boolean withKey() {
      return this == FINGERPRINTS || this == FINGERPRINTS_LAST;
    }

    byte[] signature(byte[] payload) {
      return switch (this) {
        case RSA, SIGNATURE_LAST -> Signer.ended(SIGNER.sign(payload));
        case RSA_AS_BEFORE -> Signer.ended(SIGNER.signAsBefore(payload));
        case RSA_WITHOUT_NUL, FINGERPRINTS, FINGERPRINTS_LAST -> SIGNER.sign(payload);
      };
    }

    byte[] archive(String name, byte[] payload, byte[] signature, Compression compression)
        throws IOException {
      CatalogueMaker maker = new CatalogueMaker();
      boolean last = this == SIGNATURE_LAST || this == FINGERPRINTS_LAST;
      if (last) {
        maker.add(name, payload);
      }
      if (withKey()) {
        maker.add(name + ".sig", signature).add(name + ".pub", SIGNER.pem());
      } else {
        maker.add("signature", signature);
      }
      if (!last) {
        maker.add(name, payload);
      }
      return maker.packed(compression);
    }
  }

  static List<Arguments> combinations() {
    List<Arguments> all = new ArrayList<>();
    for (Compression compression :
        List.of(
            Compression.NONE,
            Compression.GZIP,
            Compression.XZ,
            Compression.ZSTD,
            Compression.BZIP2)) {
      for (Signing signing : Signing.values()) {
        all.add(Arguments.of(compression, signing));
      }
    }
    return all;
  }

  private Verdict check(Signing signing, String index, byte[] bytes) throws IOException {
    return (signing.withKey() ? fingerprints : key)
        .check(new RelPath(index), new ByteArrayInputStream(bytes));
  }

  // A signature without a NUL after it must not end in one: clients take that away.
  private static byte[] payload(String sample, Signing signing) throws IOException {
    byte[] payload = Samples.payload(sample);
    byte[] signature = signing.signature(payload);
    if (signing == Signing.RSA_WITHOUT_NUL && signature[signature.length - 1] == 0) {
      return Samples.utf8(new String(payload, StandardCharsets.UTF_8) + " ");
    }
    return payload;
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void isGoodAndSaysTheSame(Compression compression, Signing signing) throws Exception {
    for (String index : List.of("data.pkg", "packagesite.pkg")) {
      String name = index.startsWith("d") ? "data" : "packagesite.yaml";
      byte[] payload = payload("rsa/" + index, signing);
      byte[] bytes = signing.archive(name, payload, signing.signature(payload), compression);
      assertThat(check(signing, index, bytes)).isEqualTo(new Verdict.Good());
      assertThat(Samples.promises(index, bytes))
          .isEqualTo(Samples.promises(index, Samples.bytes("rsa/" + index)));
    }
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void isNeverGoodOnceAnythingOfItIsChanged(Compression compression, Signing signing)
      throws Exception {
    byte[] payload = payload("rsa/data.pkg", signing);
    byte[] signature = signing.signature(payload);
    long base = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      byte[] changed = changed(payload, random);
      assertThat(
              check(signing, "data.pkg", signing.archive("data", changed, signature, compression)))
          .as("payload, seed " + (base + round))
          .isInstanceOf(Verdict.Bad.class);
      byte[] other = changed(signature, random);
      Verdict verdict =
          check(signing, "data.pkg", signing.archive("data", payload, other, compression));
      // Only the NUL at the end, or its absence, is no part of the signature.
      boolean same = !signing.withKey() && Arrays.equals(withoutNul(other), withoutNul(signature));
      assertThat(verdict instanceof Verdict.Good)
          .as("signature, seed " + (base + round))
          .isEqualTo(same);
    }
  }

  private static byte[] withoutNul(byte[] bytes) {
    int length = bytes.length;
    return length > 0 && bytes[length - 1] == 0 ? Arrays.copyOf(bytes, length - 1) : bytes;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    switch (random.nextInt(4)) {
      case 0 -> changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[random.nextInt(changed.length)] += (byte) (1 + random.nextInt(255));
      case 2 -> changed = Arrays.copyOf(changed, changed.length + 1 + random.nextInt(3));
      default -> changed = Arrays.copyOf(changed, changed.length - 1);
    }
    return changed;
  }
}
