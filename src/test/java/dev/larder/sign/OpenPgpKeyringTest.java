package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.Keyring.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.PublicSubkeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenPgpKeyringTest {
  private static final String LAB = "A462CF214FD361AFB320363D773207891401A2C7";
  private static final String SIGNED = "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst";

  @TempDir Path directory;
  private byte[] file = new byte[0];
  private byte[] signature = new byte[0];
  private byte[] armored = new byte[0];

  /// A clock the test sets.
  private static final class SetClock implements InstantSource {
    private Instant now = Instant.parse("2026-11-21T00:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }
  }

  private final SetClock clock = new SetClock();

  private static byte[] sample(String name) throws IOException {
    try (InputStream in = OpenPgpKeyringTest.class.getResourceAsStream("/arch/" + name)) {
      if (in == null) {
        throw new AssertionError("no sample " + name);
      }
      return in.readAllBytes();
    }
  }

  @BeforeEach
  void readSamples() throws IOException {
    file = sample("lab/" + SIGNED);
    signature = sample("lab/" + SIGNED + ".sig");
    armored = sample("lab.asc");
  }

  private OpenPgpKeyring keyring() throws IOException {
    return OpenPgpKeyring.open(Files.write(directory.resolve("lab.asc"), armored), clock);
  }

  private static Verdict verify(Keyring keyring, byte[] file, byte[] signature) throws IOException {
    return keyring.verify(new ByteArrayInputStream(file), signature);
  }

  private static String why(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Good(String fingerprint) -> throw new AssertionError("good: " + fingerprint);
      case Verdict.Bad(String why) -> why;
    };
  }

  @Test
  void aGoodSignatureNamesItsKey() throws Exception {
    assertThat(verify(keyring(), file, signature)).isEqualTo(new Verdict.Good(LAB));
    for (String name : List.of("lab.db", "lab.files")) {
      assertThat(verify(keyring(), sample("lab/" + name), sample("lab/" + name + ".sig")))
          .isEqualTo(new Verdict.Good(LAB));
    }
  }

  @Test
  void theFileIsReadToItsEndAndNotClosed() throws Exception {
    boolean[] closed = {false};
    InputStream stream =
        new ByteArrayInputStream(file) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    assertThat(keyring().verify(stream, new byte[] {1, 2, 3})).isInstanceOf(Verdict.Bad.class);
    assertThat(stream.read()).isEqualTo(-1);
    assertThat(closed[0]).isFalse();
  }

  @Test
  void aFileThatCannotBeReadIsAnIoException() throws Exception {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            return read();
          }
        };
    OpenPgpKeyring keyring = keyring();
    assertThatThrownBy(() -> keyring.verify(broken, signature))
        .isInstanceOf(IOException.class)
        .hasMessage("gone");
  }

  @Test
  void anotherFileOrAnotherSignatureIsBad() throws Exception {
    OpenPgpKeyring keyring = keyring();
    byte[] changed = file.clone();
    changed[100] ^= 1;
    assertThat(why(verify(keyring, changed, signature)))
        .isEqualTo("the signature by key " + LAB + " does not match the file");
    assertThat(why(verify(keyring, file, sample("lab/lab.db.sig")))).contains("does not match");
  }

  @Test
  void whatIsNoBinarySignatureIsBadInWords() throws Exception {
    OpenPgpKeyring keyring = keyring();
    assertThat(why(verify(keyring, file, new byte[0]))).isEqualTo("the signature is empty");
    assertThat(why(verify(keyring, file, "<html>".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("the signature is not an OpenPGP signature");
    byte[] text = "-----BEGIN PGP SIGNATURE-----\n\n".getBytes(StandardCharsets.UTF_8);
    assertThat(why(verify(keyring, file, text))).contains("is armored");
    byte[] huge = Arrays.copyOf(signature, 16_385);
    assertThat(why(verify(keyring, file, huge))).contains("larger than 16384 bytes");
    byte[] key = new ArmoredInputStream(new ByteArrayInputStream(armored)).readAllBytes();
    assertThat(why(verify(keyring, file, key))).contains("something other than signatures");
  }

  @Test
  void severalSignaturesAreGoodIfOneIs() throws Exception {
    OpenPgpKeyring keyring = keyring();
    byte[] other = sample("lab/lab.db.sig");
    assertThat(verify(keyring, file, joined(other, signature))).isEqualTo(new Verdict.Good(LAB));
    assertThat(why(verify(keyring, file, joined(other, other)))).contains("; ");
    byte[] many = new byte[0];
    for (int i = 0; i < 16; i++) {
      many = joined(many, other);
    }
    assertThat(why(verify(keyring, file, joined(many, signature)))).contains("more faults");
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void damagedSignaturesAndKeysNeverThrowAnythingElse() throws Exception {
    OpenPgpKeyring keyring = keyring();
    byte[] key = new ArmoredInputStream(new ByteArrayInputStream(armored)).readAllBytes();
    long base = System.nanoTime();
    for (int round = 0; round < 1_000; round++) {
      Random random = new Random(base + round);
      String seed = "seed " + (base + round) + "L";
      byte[] badSignature = damaged(signature, random);
      try {
        if (verify(keyring, file, badSignature) instanceof Verdict.Good(String fingerprint)) {
          // What is not hashed may be anything, and some lengths are read as they should be.
          assertThat(fingerprint).as(seed).isEqualTo(LAB);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(seed, e);
      }
      Path path = Files.write(directory.resolve("bad.gpg"), damaged(key, random));
      try {
        verify(OpenPgpKeyring.open(path, clock), file, signature);
      } catch (InvalidKeyring e) {
        assertThat(e).as(seed).hasMessageStartingWith("keyring " + path + ": ");
      } catch (RuntimeException e) {
        throw new AssertionError(seed, e);
      }
    }
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        default -> bytes = joined(bytes, Arrays.copyOfRange(bytes, at, bytes.length));
      }
    }
    return bytes;
  }

  @Test
  void keysAreReadFromFilesAndDirectoriesBinaryAndArmored() throws Exception {
    byte[] binary = new ArmoredInputStream(new ByteArrayInputStream(armored)).readAllBytes();
    byte[] twice =
        joined(joined("# two keys\n".getBytes(StandardCharsets.UTF_8), armored), armored);
    for (String name : List.of("a.gpg", "b.asc", "c.key", "d.pub")) {
      for (byte[] content : List.of(binary, armored, twice, joined(binary, binary))) {
        Path keys = Files.createTempDirectory(directory, "keys");
        Path path = Files.write(keys.resolve(name), content);
        Files.write(keys.resolve("README"), new byte[] {1, 2});
        Files.write(keys.resolve("trustdb.gpg"), new byte[] {1, 'g', 'p', 'g'});
        Files.write(keys.resolve(".hidden.gpg"), new byte[] {1});
        for (Path source : List.of(path, keys)) {
          OpenPgpKeyring keyring = OpenPgpKeyring.open(source, clock);
          assertThat(keyring.size()).isEqualTo(1);
          assertThat(verify(keyring, file, signature)).isEqualTo(new Verdict.Good(LAB));
        }
      }
    }
  }

  @Test
  void aKeyringThatCannotBeUsedSaysWhy() throws Exception {
    assertFault(directory.resolve("missing"), "there is no such file or directory");
    assertFault(directory, "the directory holds no *.gpg, *.asc, *.key or *.pub file");
    assertFault(write("empty.gpg", ""), "holds no OpenPGP public key");
    assertFault(write("page.gpg", "<html>"), "holds no OpenPGP public key");
    assertFault(write("box.kbx", "\0\0\0\40\1\1\0\2KBXf"), "is a GnuPG keybox", "gpg --export");
    assertFault(
        write("secret.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"), "holds a private key");
    String cut = new String(armored, StandardCharsets.UTF_8);
    assertFault(write("cut.asc", cut.substring(0, 300)), "its last key is cut short");
    assertFault(
        Files.write(directory.resolve("sig.gpg"), signature), "something other than public keys");
    byte[] binary = new ArmoredInputStream(new ByteArrayInputStream(armored)).readAllBytes();
    assertFault(
        Files.write(directory.resolve("short.gpg"), Arrays.copyOf(binary, 60)), "or damaged");
  }

  private Path write(String name, String content) throws IOException {
    return Files.write(directory.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void assertFault(Path path, String... words) {
    var fault =
        assertThatThrownBy(() -> OpenPgpKeyring.open(path))
            .isInstanceOf(InvalidKeyring.class)
            .hasMessageStartingWith("keyring " + path);
    for (String word : words) {
      fault.hasMessageContaining(word);
    }
  }

  @Test
  void aFingerprintInTheRevokedFileIsNotTrusted() throws Exception {
    keyring();
    Path revoked = write("lab-revoked", "# gone\n\n" + LAB.toLowerCase(Locale.ROOT) + "\n");
    for (Path path : List.of(directory, directory.resolve("lab.asc"))) {
      OpenPgpKeyring keyring = OpenPgpKeyring.open(path, clock);
      assertThat(keyring.size()).isZero();
      assertThat(why(verify(keyring, file, signature)))
          .isEqualTo(
              "the signature was made by key "
                  + LAB
                  + ", which is listed as revoked beside the keyring");
    }
    Files.writeString(revoked, LAB + "\nnonsense\n");
    assertThatThrownBy(() -> OpenPgpKeyring.open(directory))
        .isInstanceOf(InvalidKeyring.class)
        .hasMessage("keyring " + revoked + ":2: not the fingerprint of a key");
  }

  @Test
  void changedFilesAreReadAgainAfterAFewSeconds() throws Exception {
    OpenPgpKeyring keyring = keyring();
    Path revoked = write("lab-revoked", LAB + "\n");
    assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Good.class);
    clock.now = clock.now.plus(OpenPgpKeyring.LOOK_AGAIN);
    assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Bad.class);
    Files.delete(revoked);
    clock.now = clock.now.plus(OpenPgpKeyring.LOOK_AGAIN);
    assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Good.class);
  }

  @Test
  void keysThatCannotBeReadAnyMoreStayAndReloadSaysWhy() throws Exception {
    OpenPgpKeyring keyring = keyring();
    Path path = directory.resolve("lab.asc");
    Files.writeString(path, "<html>");
    for (int i = 0; i < 2; i++) {
      clock.now = clock.now.plus(OpenPgpKeyring.LOOK_AGAIN);
      assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Good.class);
    }
    assertThatThrownBy(keyring::reload).isInstanceOf(InvalidKeyring.class);
    assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Good.class);
    Files.delete(path);
    clock.now = clock.now.plus(OpenPgpKeyring.LOOK_AGAIN);
    assertThat(verify(keyring, file, signature)).isInstanceOf(Verdict.Good.class);
    Files.write(path, armored);
    Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
    keyring.reload();
    assertThat(keyring.size()).isEqualTo(1);
  }

  @Test
  void aSubkeyThatDoesNotBindBackSignsNothing() throws Exception {
    // Somebody trusted claims the lab's key, with which the file is signed, as a subkey of his.
    PGPPublicKey victim =
        new PGPPublicKeyRing(
                new ArmoredInputStream(new ByteArrayInputStream(armored)),
                new BcKeyFingerprintCalculator())
            .getPublicKey();
    BcPGPKeyPair thief = newKey();
    PGPPublicKey primary =
        PGPPublicKey.addCertification(
            thief.getPublicKey(), "thief", certification(thief.getPrivateKey(), thief));
    PGPPublicKey claimed =
        new PGPPublicKey(
            new PublicSubkeyPacket(
                PublicKeyPacket.VERSION_4,
                victim.getAlgorithm(),
                victim.getCreationTime(),
                victim.getPublicKeyPacket().getKey()),
            new BcKeyFingerprintCalculator());
    claimed = PGPPublicKey.addCertification(claimed, binding(thief, claimed));
    PGPPublicKeyRing ring = new PGPPublicKeyRing(List.of(primary, claimed));
    Path path = Files.write(directory.resolve("thief.gpg"), ring.getEncoded());
    String why = why(verify(OpenPgpKeyring.open(path, clock), file, signature));
    assertThat(why)
        .isEqualTo("the signature was made by key " + LAB + ", which is not for signing");
  }

  private static BcPGPKeyPair newKey() throws PGPException {
    Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
    generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
    return new BcPGPKeyPair(
        PublicKeyPacket.VERSION_4,
        PublicKeyAlgorithmTags.EDDSA_LEGACY,
        generator.generateKeyPair(),
        Date.from(Instant.parse("2026-01-01T00:00:00Z")));
  }

  private static PGPSignature certification(PGPPrivateKey by, BcPGPKeyPair of) throws PGPException {
    PGPSignatureGenerator generator = generator(of);
    generator.init(PGPSignature.POSITIVE_CERTIFICATION, by);
    return generator.generateCertification("thief", of.getPublicKey());
  }

  private static PGPSignature binding(BcPGPKeyPair by, PGPPublicKey of) throws PGPException {
    PGPSignatureGenerator generator = generator(by);
    generator.init(PGPSignature.SUBKEY_BINDING, by.getPrivateKey());
    return generator.generateCertification(by.getPublicKey(), of);
  }

  private static PGPSignatureGenerator generator(BcPGPKeyPair by) {
    PGPSignatureGenerator generator =
        new PGPSignatureGenerator(
            new BcPGPContentSignerBuilder(
                by.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
            by.getPublicKey());
    PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
    subpackets.setSignatureCreationTime(Date.from(Instant.parse("2026-01-01T00:00:00Z")));
    subpackets.setIssuerKeyID(false, by.getPublicKey().getKeyID());
    subpackets.setKeyFlags(true, KeyFlags.SIGN_DATA | KeyFlags.CERTIFY_OTHER);
    generator.setHashedSubpackets(subpackets.generate());
    return generator;
  }
}
