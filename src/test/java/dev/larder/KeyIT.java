package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.sign.KeyStore;
import dev.larder.sign.Signers;
import dev.larder.testing.Command;
import dev.larder.testing.GpgHome;
import dev.larder.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder key` against a running Larder, with keys for and from the real gpg and openssl.
class KeyIT {
  @TempDir Path directory;

  @BeforeAll
  static void tools() {
    Tools.require("gpg", "gpgconf", "openssl");
  }

  @Test
  void whatIsExportedVerifiesWhatIsSignedAlsoAfterARestart() throws Exception {
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9")) {
      assertThat(CommandRun.of(larder, "key", "create", "internal", "--expires", "700d").exit())
          .isZero();
      assertThat(CommandRun.of(larder, "key", "rotate", "internal").exit()).isZero();
      byte[] open = CommandRun.of(larder, "key", "export", "internal").bytes();
      larder.restartAfter(Duration.ofSeconds(1));
      assertThat(CommandRun.of(larder, "key", "export", "internal").bytes()).isEqualTo(open);
      assertThat(CommandRun.of(larder, "key", "list").out())
          .contains("internal\topenpgp-ed25519\tcreated");
      Path secret = larder.data().resolve("keys/internal/1.secret");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
      larder.stop();
      Path file = Files.writeString(directory.resolve("file"), "a package");
      for (var signer : signers(larder, "internal").openPgp()) {
        assertThat(GpgHome.verified(open, file, signer.sign(file)))
            .contains("GOODSIG", "VALIDSIG " + signer.fingerprint());
      }
    }
  }

  @Test
  void aKeyOfOpensslIsImportedAndItsFingerprintIsThatOfTheExportedBytes() throws Exception {
    Path pem = directory.resolve("repo.key");
    Command.of("openssl", "genrsa", "-aes256", "-passout", "pass:s€cret", "-out", pem + "", "2048")
        .runOk();
    Path password = Files.writeString(directory.resolve("password"), "s€cret\n");
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9")) {
      CommandRun without = CommandRun.of(larder, "key", "import", "ports", pem.toString());
      assertThat(without.exit()).isEqualTo(1);
      assertThat(without.err())
          .isEqualTo(
              "larder: the key is protected by a password; give it with --password-file, or run"
                  + " larder key import on a terminal\n");
      CommandRun asked =
          CommandRun.answering(larder, "s€cret\n", "key", "import", "typed", pem.toString());
      assertThat(asked.exit()).as(asked.toString()).isZero();
      assertThat(asked.err()).isEqualTo("Password of the key: ");
      CommandRun wrong =
          CommandRun.answering(larder, "wrong\n", "key", "import", "other", pem.toString());
      assertThat(wrong.exit()).isEqualTo(1);
      assertThat(wrong.err()).contains("the password is not the key's");
      String[] all = {"key", "import", "ports", pem + "", "--password-file", password + ""};
      assertThat(CommandRun.of(larder, all).out()).startsWith("ports\trsa2048\timported\tok\t");
      Path open =
          Files.write(
              directory.resolve("pub"), CommandRun.of(larder, "key", "export", "ports").bytes());
      Path expected = directory.resolve("expected");
      Command.of("openssl", "rsa", "-passin", "pass:s€cret", "-in", pem + "", "-pubout")
          .with("-out", expected.toString())
          .runOk();
      assertThat(open).hasSameBinaryContentAs(expected);
      String sum = Command.of("sha256sum", open.toString()).runOk().substring(0, 64);
      assertThat(CommandRun.of(larder, "key", "export", "ports", "--fingerprint-file").out())
          .isEqualTo("function: \"sha256\"\nfingerprint: \"%s\"\n".formatted(sum));
    }
  }

  @Test
  void aKeyOfGpgSignsHereOrInItsAgent() throws Exception {
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9");
        GpgHome gpg = new GpgHome()) {
      String fingerprint = gpg.key("a", "ed25519", "sign", "pw");
      Path secret = Files.write(directory.resolve("a.asc"), gpg.secret(fingerprint, "pw"));
      Path wrong = Files.writeString(directory.resolve("wrong"), "wrong-password");
      Path right = Files.writeString(directory.resolve("right"), "pw\n");
      CommandRun refused =
          CommandRun.of(
              larder, "key", "import", "a", secret + "", "--password-file", wrong.toString());
      assertThat(refused.exit()).isEqualTo(1);
      assertThat(refused.err()).contains("not the key's").doesNotContain("wrong-password");
      CommandRun imported =
          CommandRun.of(larder, "key", "import", "a", secret + "", "--password-file", right + "");
      assertThat(imported.out()).contains("imported\tok", fingerprint);

      String other = gpg.key("b", "ed25519", "sign", "");
      Path open = Files.write(directory.resolve("b.asc"), gpg.exported(other));
      String[] agent = {
        "key", "agent", "b", "--socket", gpg.socket() + "", "--public-key", open + ""
      };
      assertThat(CommandRun.of(larder, agent).out())
          .contains("b\topenpgp-ed25519\tagent\tok", other);
      assertThat(CommandRun.of(larder, agent).exit()).isZero();
      larder.stop();
      Path file = Files.writeString(directory.resolve("file"), "a package");
      for (String name : List.of("a", "b")) {
        var signer = signers(larder, name).openPgp().getFirst();
        assertThat(GpgHome.verified(signer.publicKey(), file, signer.sign(file)))
            .contains("GOODSIG");
      }
    }
  }

  private static Signers signers(TestLarder larder, String key) throws Exception {
    InstantSource later = () -> Instant.now().plusSeconds(60);
    return KeyStore.open(larder.data().resolve("keys"), later).signers(List.of(key));
  }
}
