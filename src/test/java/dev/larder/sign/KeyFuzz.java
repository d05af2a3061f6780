package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.sign.Keyring.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.junit.jupiter.api.io.TempDir;

/// Keys and signatures, of which a library reads most.
final class KeyFuzz {
  private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");

  @TempDir private Path directory;

  /// Secret or public, armored or not.
  @FuzzTest
  void openPgpKey(byte[] bytes) throws IOException {
    try {
      OpenPgpSecret secret = OpenPgpSecret.imported(bytes, null, NOW);
      assertThat(OpenPgpSecret.kept(secret.encoded()).certificate().fingerprint())
          .isEqualTo(secret.certificate().fingerprint());
    } catch (KeyRefused e) {
      assertThat(e.advice()).isNotBlank();
    }
    try {
      assertThat(OpenPgpSecret.kept(bytes).certificate().fingerprint()).isNotEmpty();
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      assertThat(Armor.removed(bytes)).isNotEmpty();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("holds ").hasMessageContaining("");
    }
  }

  /// A file of a keyring, and whatever it says of who may sign.
  @FuzzTest
  void keyring(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("keys.gpg"), bytes);
    try {
      List<PGPPublicKeyRing> rings = KeyFiles.readKeys(file);
      assertThat(rings).isNotEmpty();
      for (PGPPublicKeyRing ring : rings) {
        assertThat(SelfSignatures.examine(ring)).isNotEmpty();
        assertThat(SelfSignatures.examineStrictly(ring)).isNotEmpty();
        assertThat(OpenPgpCertificate.userId(ring)).isNotNull();
      }
      assertThat(TrustedKeys.read(List.of(file)).size()).isPositive();
    } catch (InvalidKeyring e) {
      assertThat(e).hasMessageStartingWith("keyring " + file);
    }
    try {
      assertThat(KeyFiles.readRevoked(file)).allMatch(line -> line.matches("[0-9A-F]{40,64}"));
    } catch (InvalidKeyring e) {
      assertThat(e).hasMessageContaining("fingerprint");
    }
  }

  private static byte[] sample(String name) throws IOException {
    try (var in = KeyFuzz.class.getResourceAsStream("/arch/" + name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    }
  }

  /// Nothing is a signature over a file that nobody has signed.
  @FuzzTest
  void signature(byte[] bytes) throws IOException {
    Path keys = Files.write(directory.resolve("lab.asc"), sample("lab.asc"));
    DetachedSignatures signatures =
        DetachedSignatures.of(bytes, TrustedKeys.read(List.of(keys)), NOW);
    signatures.update("never signed".getBytes(StandardCharsets.UTF_8), 12);
    assertThat(signatures.verdict())
        .isInstanceOfSatisfying(
            Verdict.Bad.class, bad -> assertThat(bad.why()).matches("\\P{Cntrl}{5,2000}"));
  }

  @FuzzTest
  void pem(byte[] bytes) {
    RsaKey open = RsaKey.orNull(bytes);
    if (open != null) {
      assertThat(open.hasSigned(bytes, bytes)).isFalse();
      assertThat(open.hasSignedAsSha1(new byte[65], bytes)).isFalse();
    }
    RecoveringKey recovering = RecoveringKey.ofPem(bytes);
    if (recovering != null) {
      assertThat(recovering.recover(bytes)).isNull();
    }
    try {
      assertThat(RsaSecret.imported(bytes, null).encoded()).isNotEmpty();
    } catch (KeyRefused e) {
      assertThat(e.advice()).isNotBlank();
    }
  }

  /// What a gpg-agent says a signature is.
  @FuzzTest
  void agentAnswer(byte[] bytes) {
    for (KeyAlgorithm algorithm : List.of(new KeyAlgorithm.Ed25519(), new KeyAlgorithm.Rsa(4096))) {
      try {
        int length =
            SignatureValue.numbers(bytes, algorithm).stream().mapToInt(n -> n.length).sum();
        assertThat(length).isLessThan(bytes.length);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("gpg-agent");
      }
    }
  }

  /// The file that says which version of a key is which.
  @FuzzTest
  void info(byte[] bytes) throws IOException {
    KeyRecord read;
    try {
      read = KeyRecord.decode(bytes);
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(KeyRecord.decode(read.encoded())).isEqualTo(read);
  }
}
