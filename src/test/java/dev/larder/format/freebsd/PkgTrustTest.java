package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.format.InvalidIndex;
import dev.larder.sign.InvalidKeyring;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PkgTrustTest {
  private static final Signer OLD = Signer.create();
  private static final Signer NEW = Signer.create();
  private static final Signer STRANGER = Signer.create();
  private static final byte[] DATA = CatalogueMaker.dataText();
  private static final byte[] ECC_KEY = Samples.utf8("$PKGSIGN:ecc$\u0001\u0002\u0003");

  @TempDir Path dir;

  private static String text(String fingerprint) {
    return "function: \"sha256\"\nfingerprint: \"" + fingerprint + "\"\n";
  }

  private void write(String file, String text) throws IOException {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void trust(String directory, Signer... signers) throws IOException {
    for (Signer signer : signers) {
      write(directory + "/" + signer.fingerprint(), text(signer.fingerprint()));
    }
  }

  private static CatalogueMaker data() throws IOException {
    return new CatalogueMaker().add("data", DATA);
  }

  private static CatalogueMaker signedBy(Signer... signers) throws IOException {
    CatalogueMaker maker = new CatalogueMaker();
    for (Signer signer : signers) {
      String name = signer.fingerprint().substring(0, 8);
      maker.add(name + ".sig", signer.sign(DATA)).add(name + ".pub", signer.pem());
    }
    return maker.add("data", DATA);
  }

  private static Verdict check(PkgTrust trust, CatalogueMaker catalogue) throws IOException {
    byte[] bytes = catalogue.packed(Compression.ZSTD);
    return trust.check(new RelPath("x/data.pkg"), new ByteArrayInputStream(bytes));
  }

  private static Verdict check(PkgTrust trust, String index, byte[] bytes) throws IOException {
    return trust.check(new RelPath(index), new ByteArrayInputStream(bytes));
  }

  private static void bad(Verdict verdict, String why) {
    assertThat(verdict).isInstanceOf(Verdict.Bad.class).asString().contains(why);
  }

  @Test
  void oneGoodSignatureByATrustedKeyIsEnough() throws Exception {
    trust("trusted", OLD);
    PkgTrust trust = PkgTrust.fingerprints(dir);
    assertThat(check(trust, signedBy(OLD))).isEqualTo(new Verdict.Good());
    // A key is rotated by signing with both for a while.
    assertThat(check(trust, signedBy(NEW, OLD))).isEqualTo(new Verdict.Good());
    assertThat(check(trust, signedBy(OLD, NEW))).isEqualTo(new Verdict.Good());
    bad(check(trust, signedBy(NEW)), "no trusted key");
    bad(check(trust, signedBy(NEW, STRANGER)), "no trusted key");
  }

  @Test
  void oneRevokedKeyIsTooMany() throws Exception {
    trust("trusted", OLD, NEW);
    trust("revoked", NEW);
    PkgTrust trust = PkgTrust.fingerprints(dir);
    assertThat(check(trust, signedBy(OLD))).isEqualTo(new Verdict.Good());
    bad(check(trust, signedBy(NEW)), NEW.fingerprint() + ", which is revoked");
    bad(check(trust, signedBy(OLD, NEW)), "revoked");
  }

  @Test
  void aChangedDirectoryIsReadAgainAndABrokenOneIsNot() throws Exception {
    trust("trusted", OLD);
    PkgTrust trust = PkgTrust.fingerprints(dir);
    bad(check(trust, signedBy(NEW)), "no trusted key");
    trust("trusted", NEW);
    assertThat(check(trust, signedBy(NEW))).isEqualTo(new Verdict.Good());
    write("revoked/x", "function: sha256; fingerprint: oops");
    assertThat(check(trust, signedBy(OLD))).isEqualTo(new Verdict.Good());
    write("revoked/x", text(OLD.fingerprint()));
    bad(check(trust, signedBy(OLD)), "revoked");
    Files.delete(dir.resolve("revoked/x"));
    Files.delete(dir.resolve("trusted/" + NEW.fingerprint()));
    assertThat(check(trust, signedBy(OLD))).isEqualTo(new Verdict.Good());
    bad(check(trust, signedBy(NEW)), "no trusted key");
    Files.delete(dir.resolve("trusted/" + OLD.fingerprint()));
    assertThat(check(trust, signedBy(OLD))).isEqualTo(new Verdict.Good());
  }

  @Test
  void aChangedPublicKeyIsReadAgainAndABrokenOneIsNot() throws Exception {
    Path pem = dir.resolve("repo.pub");
    Files.write(pem, OLD.pem());
    PkgTrust trust = PkgTrust.publicKey(pem);
    CatalogueMaker old = new CatalogueMaker().add("signature", Signer.ended(OLD.sign(DATA)));
    byte[] bytes = old.add("data", DATA).packed(Compression.NONE);
    assertThat(check(trust, "data.pkg", bytes)).isEqualTo(new Verdict.Good());
    Files.writeString(pem, "no key");
    assertThat(check(trust, "data.pkg", bytes)).isEqualTo(new Verdict.Good());
    Files.delete(pem);
    assertThat(check(trust, "data.pkg", bytes)).isEqualTo(new Verdict.Good());
    Files.write(pem, NEW.pem());
    bad(check(trust, "data.pkg", bytes), "the configured key");
  }

  @Test
  void whatIsMissingIsBad() throws Exception {
    trust("trusted", OLD);
    PkgTrust fingerprints = PkgTrust.fingerprints(dir);
    bad(check(fingerprints, data()), "holds no signature");
    bad(check(fingerprints, data().add("signature", OLD.sign(DATA))), "holds no signature");
    bad(check(fingerprints, data().add("data.sig", OLD.sign(DATA))), "has no key");
    bad(check(fingerprints, data().add("data.pub", OLD.pem())), "a key no signature");
    bad(check(fingerprints, signedBy(OLD).add("b.sig", OLD.sign(DATA))), "has no key");
    Files.write(dir.resolve("repo.pub"), OLD.pem());
    PkgTrust key = PkgTrust.publicKey(dir.resolve("repo.pub"));
    bad(check(key, data()), "holds no signature");
    bad(check(key, signedBy(OLD)), "holds no signature");
    byte[] files =
        new CatalogueMaker().add("files", Samples.utf8("0 /usr\n")).packed(Compression.ZSTD);
    bad(check(key, "x/files.pkg", files), "holds no signature");
    bad(check(fingerprints, "x/filesite.pkg", files), "holds no signature");
  }

  @Test
  void keysOfOtherKindsAreLeftToClientsUnlessTheyAreRsaInDisguise() throws Exception {
    trust("trusted", OLD);
    write("trusted/ecc", text(Checksum.sha256(new byte[] {1, 2, 3}).hex()));
    PkgTrust trust = PkgTrust.fingerprints(dir);
    byte[] ecc = Samples.utf8("$PKGSIGN:ecc$signed");
    assertThat(check(trust, data().add("a.sig", ecc).add("a.pub", ECC_KEY)))
        .isInstanceOf(Verdict.Unchecked.class)
        .asString()
        .contains("kind ecc");
    assertThat(check(trust, signedBy(OLD).add("a.sig", ecc).add("a.pub", ECC_KEY)))
        .isEqualTo(new Verdict.Good());
    byte[] strange = Samples.utf8("$PKGSIGN:ecc$\u0009");
    bad(check(trust, data().add("a.sig", ecc).add("a.pub", strange)), "no trusted key");
    bad(check(trust, data().add("a.sig", ecc).add("a.pub", OLD.pem())), "not made over it");
    byte[] disguised = concat(Samples.utf8("$PKGSIGN:ecc$"), OLD.pem());
    bad(check(trust, data().add("a.sig", ecc).add("a.pub", disguised)), "not made over it");
    byte[] rsa = concat(Samples.utf8("$PKGSIGN:rsa$"), OLD.sign(DATA));
    assertThat(check(trust, data().add("a.sig", rsa).add("a.pub", OLD.pem())))
        .isEqualTo(new Verdict.Good());
    Files.write(dir.resolve("repo.pub"), OLD.pem());
    PkgTrust key = PkgTrust.publicKey(dir.resolve("repo.pub"));
    bad(check(key, data().add("signature", ecc)), "the configured key");
    assertThat(check(key, data().add("signature", Signer.ended(rsa))))
        .isEqualTo(new Verdict.Good());
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void aSignatureIsTakenAsClientsTakeIt() throws Exception {
    trust("trusted", OLD);
    Files.write(dir.resolve("repo.pub"), OLD.pem());
    PkgTrust fingerprints = PkgTrust.fingerprints(dir);
    PkgTrust key = PkgTrust.publicKey(dir.resolve("repo.pub"));
    byte[] signature = OLD.sign(DATA);
    // No NUL is taken from a signature that comes with its key; only one from any other.
    bad(
        check(fingerprints, data().add("a.sig", Signer.ended(signature)).add("a.pub", OLD.pem())),
        "not made over it");
    bad(
        check(key, data().add("signature", Signer.ended(Signer.ended(signature)))),
        "the configured key");
    // The older scheme is for clients with a configured key only.
    bad(
        check(fingerprints, data().add("a.sig", OLD.signAsBefore(DATA)).add("a.pub", OLD.pem())),
        "not made over it");
  }

  @Test
  void whatIsNeverSignedIsGood() throws Exception {
    trust("trusted", OLD);
    PkgTrust trust = PkgTrust.fingerprints(dir);
    for (String index :
        new String[] {"meta.conf", "x/meta", "x/meta.txz", "x/digests.txz", "x/Latest/pkg.pkg"}) {
      assertThat(check(trust, index, new byte[0])).isEqualTo(new Verdict.Good());
    }
    assertThatThrownBy(() -> check(trust, "All/a-1.pkg", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> check(trust, "data.pkg", Samples.utf8("<html>")))
        .isInstanceOf(InvalidIndex.class);
  }

  @Test
  void theKeyInASignatureOfLatestHasToBeTrusted() throws Exception {
    trust("trusted", OLD, NEW);
    trust("revoked", NEW);
    write("trusted/ecc", text(Checksum.sha256(new byte[] {1, 2, '\n'}).hex()));
    PkgTrust trust = PkgTrust.fingerprints(dir);
    String index = "x/Latest/pkg.pkg.sig";
    assertThat(check(trust, index, OLD.bootstrap(DATA))).isEqualTo(new Verdict.Good());
    bad(check(trust, index, STRANGER.bootstrap(DATA)), "no trusted key");
    bad(check(trust, index, NEW.bootstrap(DATA)), "revoked");
    assertThat(check(trust, index, Signer.bootstrap("ecc", DATA, new byte[] {1, 2, '\n'})))
        .isInstanceOf(Verdict.Unchecked.class);
    assertThatThrownBy(() -> check(trust, index, DATA)).isInstanceOf(InvalidIndex.class);
    assertThat(check(trust, "x/Latest/pkg.pkg.pubkeysig", OLD.sign(DATA)))
        .isInstanceOf(Verdict.Unchecked.class);
    assertThat(trust.checkPubkeysig(new ByteArrayInputStream(DATA), OLD.sign(DATA)))
        .isInstanceOf(Verdict.Unchecked.class);
  }

  @Test
  void aBareSignatureOfLatestIsJudgedWithItsPackage() throws Exception {
    Files.write(dir.resolve("repo.pub"), OLD.pem());
    PkgTrust trust = PkgTrust.publicKey(dir.resolve("repo.pub"));
    assertThat(check(trust, "Latest/pkg.pkg.pubkeysig", OLD.sign(DATA)))
        .isInstanceOf(Verdict.Unchecked.class);
    assertThat(check(trust, "Latest/pkg.pkg.sig", OLD.bootstrap(DATA)))
        .isInstanceOf(Verdict.Unchecked.class);
    assertThat(trust.checkPubkeysig(new ByteArrayInputStream(DATA), OLD.sign(DATA)))
        .isEqualTo(new Verdict.Good());
    bad(trust.checkPubkeysig(new ByteArrayInputStream(DATA), NEW.sign(DATA)), "configured key");
    bad(trust.checkPubkeysig(new ByteArrayInputStream(new byte[3]), OLD.sign(DATA)), "not made");
  }

  @Test
  void aDirectoryThatTrustsNobodySaysWhatToDo() throws Exception {
    assertThatThrownBy(() -> PkgTrust.fingerprints(dir.resolve("absent")))
        .isInstanceOf(InvalidKeyring.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("/usr/share/keys/pkg");
    Files.createDirectories(dir.resolve("trusted"));
    write("trusted/.hidden", "x");
    assertThatThrownBy(() -> PkgTrust.fingerprints(dir)).hasMessageContaining("no file");
    trust("revoked", OLD);
    assertThatThrownBy(() -> PkgTrust.fingerprints(dir)).hasMessageContaining("no file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "function: sha256",
        "fingerprint: 00",
        "function: sha256; fingerprint: 00",
        "function: md5; fingerprint: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ".include \"x\"",
        "<html>"
      })
  void aFingerprintFileThatSaysNothingIsNamed(String text) throws Exception {
    trust("trusted", OLD);
    write("revoked/odd", text);
    assertThatThrownBy(() -> PkgTrust.fingerprints(dir))
        .isInstanceOf(InvalidKeyring.class)
        .hasMessageContaining("odd: ");
  }

  @Test
  void aFileThatIsNoPublicKeySaysWhatToDo() throws Exception {
    Path pem = dir.resolve("repo.pub");
    assertThatThrownBy(() -> PkgTrust.publicKey(pem))
        .isInstanceOf(InvalidKeyring.class)
        .hasMessageContaining("there is no such file");
    for (byte[] wrong :
        new byte[][] {
          new byte[0],
          ECC_KEY,
          Samples.utf8("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n"),
          Signer.pem(new byte[300]),
          Arrays.copyOf(OLD.pem(), 200)
        }) {
      Files.write(pem, wrong);
      assertThatThrownBy(() -> PkgTrust.publicKey(pem))
          .isInstanceOf(InvalidKeyring.class)
          .hasMessageContaining("openssl rsa");
    }
  }
}
