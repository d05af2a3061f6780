package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.KeyReport.Origin;
import dev.larder.testing.Command;
import dev.larder.testing.GpgHome;
import dev.larder.testing.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Signatures by a real gpg-agent, which we ask through its socket.
final class GpgAgentIT {
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

  private byte[] signed(String name) throws Exception {
    return store.signers(List.of(name)).openPgp().getFirst().sign(file);
  }

  private void provesGood(String name, String fingerprint) throws Exception {
    assertThat(GpgHome.verified(store.publicKey(name), file, signed(name)))
        .contains("GOODSIG", "VALIDSIG " + fingerprint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa2048", "rsa4096", "nistp256", "nistp384", "nistp521"})
  void theAgentSignsAndNoSecretIsHere(String algorithm) throws Exception {
    String fingerprint = gpg.key("a", algorithm, "sign", "");
    byte[] open = gpg.exported(fingerprint);
    KeyReport report = store.useAgent("a", gpg.socket(), open);
    assertThat(report.origin()).isEqualTo(Origin.AGENT);
    assertThat(report.kind()).isEqualTo("openpgp-" + algorithm);
    provesGood("a", fingerprint);
    assertThat(directory.resolve("keys/a/1.secret")).doesNotExist();
    assertThat(directory.resolve("keys/a/1.public")).exists();

    PGPPublicKey key = OpenPgpCertificate.Blocks.read(open).open().getFirst().getPublicKey();
    KeyAlgorithm known = KeyAlgorithm.orNull(key);
    assertThat(Keygrip.of(key, Objects.requireNonNull(known)))
        .isEqualTo(gpg.fields(fingerprint, "grp").getFirst());

    // An agent that was restarted is another process at the same place.
    SigningKey.endAgent(gpg.path());
    assertThatThrownBy(() -> signed("a"))
        .hasMessageContaining("no gpg-agent answers at " + gpg.socket())
        .hasMessageContaining("gpgconf --launch gpg-agent");
    gpg.gpg("", "--list-secret-keys").runOk();
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
    Command.of("gpgconf", "--homedir", gpg.path().toString(), "--launch", "gpg-agent").runOk();
    provesGood("a", fingerprint);
  }

  @Test
  void theSubkeyThatTheAgentHasSigns() throws Exception {
    String primary = gpg.key("a", "ed25519", "cert,sign", "");
    gpg.gpg("", "--quick-add-key", primary, "ed25519", "sign", "never").runOk();
    gpg.gpg("", "--quick-add-key", primary, "rsa2048", "sign", "never").runOk();
    List<String> grips = gpg.fields(primary, "grp");
    byte[] open = gpg.exported(primary);
    Files.delete(gpg.path().resolve("private-keys-v1.d/" + grips.get(2) + ".key"));
    Files.delete(gpg.path().resolve("private-keys-v1.d/" + grips.get(0) + ".key"));
    store.useAgent("a", gpg.socket(), open);
    provesGood("a", gpg.fields(primary, "fpr").get(1));
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
    provesGood("a", gpg.fields(primary, "fpr").get(1));
  }

  @Test
  void manySignaturesAtATimeAreAllGood() throws Exception {
    String fingerprint = gpg.key("a", "ed25519", "sign", "");
    store.useAgent("a", gpg.socket(), gpg.exported(fingerprint));
    Path keys = Files.write(directory.resolve("a.asc"), store.publicKey("a"));
    Keyring keyring = OpenPgpKeyring.open(keys);
    List<Callable<Keyring.Verdict>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(() -> {
        try (var in = Files.newInputStream(file)) {
          return keyring.verify(in, signed("a"));
        }
      });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Keyring.Verdict> verdict : threads.invokeAll(all)) {
        assertThat(verdict.get()).isEqualTo(new Keyring.Verdict.Good(fingerprint));
      }
    }
  }

  @Test
  void aPasswordTheAgentDoesNotRememberIsNotAskedFor() throws Exception {
    String fingerprint = gpg.key("a", "ed25519", "sign", "pw");
    byte[] open = gpg.exported(fingerprint);
    assertThatThrownBy(() -> store.useAgent("a", gpg.socket(), open))
        .hasMessageContaining("does not remember the password")
        .hasMessageContaining("unlock it by signing something by hand");
    signByHand(fingerprint);
    store.useAgent("a", gpg.socket(), open);
    provesGood("a", fingerprint);
    Command.of("gpg-connect-agent", "--homedir", gpg.path().toString())
        .with("RELOADAGENT", "/bye")
        .runOk();
    assertThatThrownBy(() -> signed("a")).hasMessageContaining("does not remember the password");
    signByHand(fingerprint);
    provesGood("a", fingerprint);
  }

  private void signByHand(String fingerprint) throws Exception {
    Path signature = Files.createTempFile(directory, "by-hand", ".sig");
    gpg.gpg("pw", "-u", fingerprint, "-o", signature.toString(), "--detach-sign", file.toString())
        .runOk();
  }

  @Test
  void whatTheAgentCannotDoIsSaidAtOnce() throws Exception {
    String mine = gpg.key("a", "ed25519", "sign", "");
    byte[] open = gpg.exported(mine);
    byte[] secret = gpg.secret(mine, "");
    try (GpgHome other = new GpgHome()) {
      other.key("b", "ed25519", "sign", "");
      assertThatThrownBy(() -> store.useAgent("a", other.socket(), open))
          .isInstanceOf(KeyRefused.class)
          .hasMessageContaining("does not have the secret of key " + mine);
    }
    assertThatThrownBy(() -> store.useAgent("a", gpg.socket(), secret))
        .hasMessageContaining("this is a secret key");
    assertThatThrownBy(() -> store.useAgent("a", Path.of("S.gpg-agent"), open))
        .hasMessageContaining("begin with /");
    assertThatThrownBy(() -> store.useAgent("a", directory.resolve("none"), open))
        .hasMessageContaining("no gpg-agent answers at");
    assertThat(store.list()).isEmpty();
    store.useAgent("a", gpg.socket(), open);
    assertThatThrownBy(() -> store.rotate("a")).hasMessageContaining("lies in a gpg-agent");
    String extended = gpg.key("c", "ed25519", "sign", "");
    byte[] another = gpg.exported(extended);
    assertThatThrownBy(() -> store.useAgent("a", gpg.socket(), another))
        .hasMessageContaining("another one");
  }

  @Test
  void aKeyThatWasExtendedIsNamedAgain() throws Exception {
    String fingerprint = gpg.key("a", "ed25519", "sign", "");
    gpg.gpg("", "--quick-set-expire", fingerprint, "10d").runOk();
    KeyReport before = store.useAgent("a", gpg.socket(), gpg.exported(fingerprint));
    assertThat(store.warnings()).singleElement().asString().contains("--quick-set-expire");
    gpg.gpg("", "--quick-set-expire", fingerprint, "3y").runOk();
    KeyReport after = store.useAgent("a", gpg.socket(), gpg.exported(fingerprint));
    assertThat(after.current().expires()).isAfter(before.current().expires());
    assertThat(store.warnings()).isEmpty();
    provesGood("a", fingerprint);
  }
}
