package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.KeyReport.Origin;
import dev.larder.testing.Command;
import dev.larder.testing.GpgHome;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Our keys and signatures, judged by the real gpg and pacman-key; gpg's keys, used by us.
final class OpenPgpSecretIT {
  private static final String USER = "Packages of Exämple <packages@example.org>";

  @TempDir Path directory;
  private Path file = Path.of("");
  private GpgHome gpg;
  private KeyStore store;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(directory.resolve("file"), "the bytes of a package\r\nand more\n");
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
    gpg = new GpgHome();
  }

  @AfterEach
  void close() {
    gpg.close();
  }

  private OpenPgpSigner signer(String name) throws Exception {
    return store.signers(List.of(name)).openPgp().getFirst();
  }

  private void provesGood(String name, String fingerprint) throws Exception {
    byte[] signature = signer(name).sign(file);
    assertThat(GpgHome.verified(store.publicKey(name), file, signature))
        .contains("GOODSIG", "VALIDSIG " + fingerprint);
    Path other = Files.writeString(directory.resolve("other"), "other bytes");
    assertThat(GpgHome.verified(store.publicKey(name), other, signature)).contains("BADSIG");
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyKind.class,
      names = {"OPENPGP_ED25519", "OPENPGP_RSA4096"})
  void gpgBelievesOurKeysAndSignatures(KeyKind kind) throws Exception {
    KeyReport report = store.create("own", kind, USER, Instant.now().plus(Duration.ofDays(700)));
    provesGood("own", report.current().fingerprint());
    Path key = Files.write(directory.resolve("own.asc"), store.publicKey("own"));
    String shown = gpg.gpg("", "--with-colons", "--show-keys", key.toString()).runOk();
    assertThat(shown).contains("fpr:::::::::" + report.current().fingerprint());
    assertThat(shown)
        .contains(Objects.requireNonNull(report.current().expires()).getEpochSecond() + ":");
    assertThat(shown).containsPattern("pub:.*:scSC:");
    String packets = gpg.gpg("", "--list-packets", key.toString()).runOk();
    assertThat(packets)
        .contains(":user ID packet: \"" + USER.replace("ä", "\\xc3\\xa4") + "\"")
        .contains("digest algo 10")
        .doesNotContain("digest algo 2,");
    Path sig = Files.write(directory.resolve("file.sig"), signer("own").sign(file));
    assertThat(gpg.gpg("", "--list-packets", sig.toString()).runOk())
        .contains("version 4", "sigclass 0x00", "issuer fpr v4", "issuer key ID");
  }

  /// What a client does: pacman-key --add, --lsign-key, and pacman's own check of a package.
  @Test
  void pacmanKeyTakesBothKeysOfARotationAndVerifies() throws Exception {
    Tools.require("pacman-key");
    KeyReport first = store.create("own", KeyKind.OPENPGP_ED25519, USER, null);
    store.rotate("own");
    Path home = Temporary.directory("pk");
    try {
      Path key = Files.write(directory.resolve("own.asc"), store.publicKey("own"));
      pacmanKey(home, "--init");
      pacmanKey(home, "--add", key.toString());
      for (OpenPgpSigner signer : store.signers(List.of("own")).openPgp()) {
        pacmanKey(home, "--lsign-key", signer.fingerprint());
        Path sig = Files.write(directory.resolve("file.sig"), signer.sign(file));
        assertThat(pacmanKey(home, "--verify", sig.toString(), file.toString()))
            .contains("Good signature from", "[full]");
      }
      assertThat(signer("own").fingerprint()).isEqualTo(first.current().fingerprint());
      assertThat(pacmanKey(home, "--list-keys")).contains("[  full  ] Packages of Ex");
    } finally {
      SigningKey.endAgent(home);
      Temporary.delete(home);
    }
  }

  private static String pacmanKey(Path home, String... arguments) {
    return Command.of("pacman-key", "--gpgdir", home.toString()).with(arguments).runOk();
  }

  @ParameterizedTest
  @CsvSource({
    "ed25519, ''",
    "ed25519, pass word",
    "rsa3072, s€cret",
    "nistp256, ''",
    "nistp384, x",
    "nistp521, x"
  })
  void keysThatGpgMadeSignHere(String algorithm, String password) throws Exception {
    String fingerprint = gpg.key("a", algorithm, "sign", password);
    KeyReport report =
        store.importOpenPgp("a", gpg.secret(fingerprint, password), password.toCharArray());
    assertThat(report.origin()).isEqualTo(Origin.IMPORTED);
    assertThat(report.kind()).isEqualTo("openpgp-" + algorithm);
    assertThat(report.current().fingerprint()).isEqualTo(fingerprint);
    assertThat(report.current().userId()).isEqualTo("a@example.invalid");
    provesGood("a", fingerprint);
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
    provesGood("a", fingerprint);
  }

  @Test
  void aPasswordIsNeededAndHasToBeTheRightOne() throws Exception {
    byte[] secret = gpg.secret(gpg.key("a", "ed25519", "sign", "right"), "right");
    assertThatThrownBy(() -> store.importOpenPgp("a", secret, null))
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining("protected by a password")
        .hasMessageContaining("--password-file");
    assertThatThrownBy(() -> store.importOpenPgp("a", secret, "wrong".toCharArray()))
        .isInstanceOf(KeyRefused.class)
        .hasMessageContaining("not the key's")
        .hasMessageNotContaining("wrong");
    assertThat(store.list()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--export-secret-keys", "--export-secret-subkeys"})
  void aSigningSubkeySignsAndThePrimarySecretIsNotKept(String export) throws Exception {
    String primary = gpg.key("a", "ed25519", "cert", "pw");
    gpg.gpg("pw", "--quick-add-key", primary, "cv25519", "encr", "never").runOk();
    gpg.gpg("pw", "--quick-add-key", primary, "rsa2048", "sign", "never").runOk();
    String subkey = gpg.fields(primary, "fpr").get(2);
    byte[] secret = gpg.output("pw", "--armor", export, primary);
    KeyReport report = store.importOpenPgp("a", secret, "pw".toCharArray());
    assertThat(report.kind()).isEqualTo("openpgp-rsa2048");
    assertThat(report.current().fingerprint()).isEqualTo(primary);
    provesGood("a", subkey);
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
    provesGood("a", subkey);
    try (GpgHome other = new GpgHome()) {
      // What is kept is what gpg itself would take, with stubs for what is not here.
      other.gpg("", "--import", directory.resolve("keys/a/1.secret").toString()).runOk();
      assertThat(other.gpg("", "--list-secret-keys", "--with-colons", primary).runOk())
          .containsPattern("sec:.*:#:")
          .containsPattern("ssb:.*:#:")
          .containsPattern("ssb:.*:s:.*:\\+:");
    }
  }

  @Test
  void keysThatClientsWouldNotBelieveAreRefusedWithWhatToDo() throws Exception {
    refusedImport("1024 bits", gpg.key("a", "rsa1024", "sign", ""));
    refusedImport("DSA", gpg.key("b", "dsa2048", "sign", ""));
    refusedImport("unusual curve", gpg.key("c", "brainpoolP256r1", "sign", ""));
    String sha1 = gpg.key("d", "rsa2048", "sign", "", "--cert-digest-algo", "SHA1");
    refusedImport("SHA-1 only", sha1);
    refusedImport("may sign", gpg.key("e", "ed25519", "cert", ""));
    String expired = gpg.key("f", "ed25519", "sign", "", "--faked-system-time", "20200101T000000");
    gpg.gpg("", "--faked-system-time", "20200101T000000", "--quick-set-expire", expired, "1d")
        .runOk();
    refusedImport("expired at 2020-01-02", expired);
    String revoked = gpg.key("g", "ed25519", "sign", "");
    Path certificate = gpg.path().resolve("openpgp-revocs.d/" + revoked + ".rev");
    String text = Files.readString(certificate).replace(":-----BEGIN", "-----BEGIN");
    Files.writeString(certificate, text);
    gpg.gpg("", "--import", certificate.toString()).runOk();
    refusedImport("is revoked", revoked);
    byte[] two = gpg.output("", "--armor", "--export-secret-keys", "a@", "b@");
    assertThatThrownBy(() -> store.importOpenPgp("x", two, null))
        .hasMessageContaining("these are 2 keys");

    // The advice for SHA-1 works.
    gpg.gpg("", "--cert-digest-algo", "SHA512", "--quick-set-expire", sha1, "0").runOk();
    store.importOpenPgp("d", gpg.secret(sha1, ""), null);
    provesGood("d", sha1);
  }

  private void refusedImport(String why, String key) throws Exception {
    byte[] secret = gpg.secret(key, "");
    assertThatThrownBy(() -> store.importOpenPgp("x", secret, null))
        .isInstanceOfSatisfying(
            KeyRefused.class,
            e -> {
              assertThat(e.sentence()).contains(key).contains(why);
              assertThat(e.advice()).isNotBlank();
            });
    byte[] open = gpg.exported(key);
    assertThat(OpenPgpCertificate.Blocks.read(open).open()).hasSize(1);
  }
}
