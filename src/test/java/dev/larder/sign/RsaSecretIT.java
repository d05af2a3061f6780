package dev.larder.sign;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// RSA keys and signatures, judged by the real openssl; its keys, used by us.
final class RsaSecretIT {
  @TempDir Path directory;
  private KeyStore store;

  @BeforeEach
  void open() throws Exception {
    Tools.require("openssl");
    store = KeyStore.open(directory.resolve("keys"), InstantSource.system());
  }

  private String openssl(String... arguments) {
    return Command.of("openssl").with(arguments).in(directory).runOk();
  }

  private byte[] written(String name, String... arguments) throws Exception {
    openssl(arguments);
    return Files.readAllBytes(directory.resolve(name));
  }

  private void provesGood(String name) throws Exception {
    RsaSigner signer = store.signers(List.of(name)).rsa().getFirst();
    byte[] message = "f00d".getBytes(US_ASCII);
    Files.write(directory.resolve("message"), message);
    Files.write(directory.resolve("signature"), signer.sign(message));
    // Programs that want one key take the first.
    Files.write(directory.resolve("public"), store.publicKey(name));
    String[] dgst = {"dgst", "-sha256", "-verify", "public", "-signature", "signature", "message"};
    assertThat(openssl(dgst)).contains("Verified OK");
    openssl("pkey", "-pubin", "-in", "public", "-out", "again");
    assertThat(directory.resolve("again")).hasBinaryContent(signer.publicKey());
    String sum = Command.of("sha256sum", "again").in(directory).runOk().substring(0, 64);
    assertThat(KeyStore.fingerprintFile(signer.publicKey())).contains("\"" + sum + "\"");
  }

  @Test
  void opensslBelievesOurKeysAndSignaturesAlsoWhileTheyAreRotated() throws Exception {
    store.create("ports", KeyKind.RSA4096, "", null);
    provesGood("ports");
    store.rotate("ports");
    provesGood("ports");
    store.finishRotation("ports");
    provesGood("ports");
    openssl("pkey", "-check", "-noout", "-in", "keys/ports/2.secret");
  }

  @Test
  void keysOfEveryFormSignHere() throws Exception {
    openssl("genrsa", "-out", "8.pem", "2048");
    byte[] pkcs1 = written("1.pem", "rsa", "-traditional", "-in", "8.pem", "-out", "1.pem");
    assertThat(new String(pkcs1, UTF_8)).startsWith("-----BEGIN RSA PRIVATE KEY");
    store.importPem("one", pkcs1, null);
    provesGood("one");
    KeyReport eight =
        store.importPem("eight", Files.readAllBytes(directory.resolve("8.pem")), null);
    assertThat(eight.kind()).isEqualTo("rsa2048");
    provesGood("eight");
    String[][] ciphers = {
      {}, {"-v2", "aes-128-cbc"}, {"-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"}
    };
    for (int i = 0; i < ciphers.length; i++) {
      Command.of("openssl", "pkcs8", "-topk8", "-in", "8.pem", "-out", "e.pem")
          .with("-passout", "pass:s€cret")
          .with(ciphers[i])
          .in(directory)
          .runOk();
      byte[] locked = Files.readAllBytes(directory.resolve("e.pem"));
      assertThat(new String(locked, UTF_8)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY");
      assertThatThrownBy(() -> store.importPem("x", locked, null))
          .hasMessageContaining("protected by a password");
      assertThatThrownBy(() -> store.importPem("x", locked, "wrong".toCharArray()))
          .isInstanceOf(KeyRefused.class)
          .hasMessageContaining("not the key's");
      KeyReport report = store.importPem("e" + i, locked, "s€cret".toCharArray());
      assertThat(report.current().fingerprint()).isEqualTo(eight.current().fingerprint());
      provesGood("e" + i);
    }
  }

  @Test
  void keysThatWillNotDoAreRefusedWithWhatToDo() throws Exception {
    refused("1024 bits", written("k", "genrsa", "-out", "k", "1024"));
    openssl("genrsa", "-out", "k2", "2048");
    byte[] old =
        written(
            "k", "rsa", "-traditional", "-aes128", "-passout", "pass:x", "-in", "k2", "-out", "k");
    refused("old way", old);
    byte[] scrypt =
        written("k", "pkcs8", "-topk8", "-scrypt", "-passout", "pass:x", "-in", "k2", "-out", "k");
    assertThatThrownBy(() -> store.importPem("x", scrypt, "x".toCharArray()))
        .hasMessageContaining("-v2 aes-256-cbc");
    byte[] ec =
        written(
            "k", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k");
    refused("no RSA key", ec);
    refused("no private key", written("k", "pkey", "-in", "k2", "-pubout", "-out", "k"));
    assertThat(store.list()).isEmpty();
  }

  private void refused(String why, byte[] pem) {
    assertThatThrownBy(() -> store.importPem("x", pem, null))
        .isInstanceOfSatisfying(
            KeyRefused.class,
            e -> {
              assertThat(e.sentence()).contains(why);
              assertThat(e.advice()).contains("openssl");
            });
  }
}
