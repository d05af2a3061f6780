package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyReport;
import dev.larder.wire.Json;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder key` against a real console and a real key store.
class KeyCommandTest {
  @TempDir private Path directory;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(directory);
  }

  @AfterEach
  void close() {
    larder.close();
  }

  private KeyReport key(String name) throws IOException {
    return Objects.requireNonNull(larder.keys.keys().info(name));
  }

  private <T> T json(Class<T> type, String... args) {
    assertThat(larder.run(args)).isZero();
    return Json.response(larder.out().getBytes(UTF_8), type);
  }

  @Test
  void aKeyIsMadeListedShownAndExported() throws Exception {
    larder.onTerminal();
    assertThat(larder.run("key", "list")).isZero();
    assertThat(larder.out()).isEqualTo("no keys; larder key create NAME makes one\n");
    assertThat(larder.run("key", "create", "internal", "--user-id", "Me <me@example.org>"))
        .isZero();
    String fingerprint = key("internal").current().fingerprint();
    assertThat(larder.out())
        .isEqualTo(
            """
            internal is openpgp-ed25519 %s
            Clients get its public key from: larder key export internal
            """
                .formatted(fingerprint));
    larder.keys.users.put("internal", List.of("repository internal"));
    assertThat(larder.run("key", "list")).isZero();
    assertThat(larder.out())
        .contains("NAME", "internal  openpgp-ed25519  created  ok ", "repository internal");
    assertThat(larder.run("key", "show", "internal")).isZero();
    assertThat(larder.out())
        .startsWith("internal (openpgp-ed25519, created), used by repository internal\n")
        .contains("current", fingerprint, "Me <me@example.org>");
    larder.piped();
    assertThat(larder.run("key", "list")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            "internal|openpgp-ed25519|created|ok||%s|repository internal\n"
                .formatted(fingerprint)
                .replace('|', '\t'));
    assertThat(larder.run("key", "list", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("internal\n");
    assertThat(larder.run("key", "show", "internal", "-q")).isZero();
    assertThat(larder.out()).isEqualTo(fingerprint + "\n");
    assertThat(larder.run("key", "show", "internal")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            "current|1|%s|2026-11-20T12:00:00Z|||Me <me@example.org>\n"
                .formatted(fingerprint)
                .replace('|', '\t'));
    assertThat(larder.run("key", "export", "internal")).isZero();
    assertThat(larder.out().getBytes(UTF_8)).isEqualTo(larder.keys.keys().publicKey("internal"));
    KeyInfo info = json(KeyInfo.class, "key", "show", "internal", "-o", "json");
    assertThat(info.current().fingerprintFile()).isNull();
    assertThat(json(KeyList.class, "key", "list", "-o", "json").keys()).containsExactly(info);
  }

  @Test
  void aKeyIsRotatedAndItsUsersAreTold() throws Exception {
    larder.run("key", "create", "ports", "--kind", "rsa4096");
    assertThat(larder.run("key", "export", "ports", "--fingerprint-file", "--next")).isEqualTo(5);
    larder.onTerminal();
    assertThat(larder.run("key", "rotate", "ports")).isZero();
    KeyReport.Version next = Objects.requireNonNull(key("ports").next());
    assertThat(larder.out())
        .isEqualTo(
            """
            ports has the successor %s, which is published beside it
            When all clients know it: larder key rotate ports --finish
            """
                .formatted(next.fingerprint()));
    assertThat(larder.run("key", "rotate", "ports")).isEqualTo(5);
    assertThat(larder.err()).contains("has a successor already");
    assertThat(larder.run("key", "export", "ports")).isZero();
    assertThat(larder.out()).isEqualTo(key("ports").current().publicKey() + next.publicKey());
    assertThat(larder.run("key", "export", "ports", "--fingerprint-file")).isZero();
    assertThat(larder.out()).contains(key("ports").current().fingerprint());
    assertThat(larder.run("key", "export", "ports", "--fingerprint-file", "--next")).isZero();
    assertThat(larder.out())
        .isEqualTo("function: \"sha256\"\nfingerprint: \"%s\"\n".formatted(next.fingerprint()));
    assertThat(larder.run("key", "list")).isZero();
    assertThat(larder.out()).contains("rotating");
    assertThat(larder.run("key", "rotate", "ports", "--finish")).isZero();
    assertThat(larder.out()).isEqualTo("ports signs with " + next.fingerprint() + " now\n");
    assertThat(larder.keys.changes).containsExactly("ports", "ports");
    assertThat(larder.run("key", "show", "ports")).isZero();
    assertThat(larder.out()).contains("current", "retired").doesNotContain("next");
    assertThat(larder.run("key", "rotate", "ports", "--finish")).isEqualTo(5);
  }

  @Test
  void aSecretIsImportedWithItsPasswordAndNeverShown() throws Exception {
    larder.keys.keys().create("first", KeyKind.RSA4096, "", null);
    Path secret = directory.resolve("keys/first/1.secret");
    assertThat(larder.run("key", "import", "second", secret.toString())).isZero();
    assertThat(larder.out()).startsWith("second\trsa4096\timported\tok\t");
    assertThat(key("second").current().fingerprint())
        .isEqualTo(key("first").current().fingerprint());
    // Nobody is asked for the password of a key that has none.
    larder.onTerminal();
    assertThat(larder.run("key", "import", "third", secret.toString())).isZero();
    assertThat(larder.err()).isEmpty();
    Path password = Files.writeString(directory.resolve("password"), "s€cret\n");
    larder.keys.keys().create("pgp", KeyKind.OPENPGP_ED25519, "A <a@example.org>", null);
    Path binary = directory.resolve("keys/pgp/1.secret");
    assertThat(larder.run("key", "import", "x", binary.toString())).isEqualTo(2);
    assertThat(larder.err()).contains("is not text").contains("--armor");
    assertThat(larder.run("key", "import", "x", directory.resolve("none").toString())).isEqualTo(3);
    Path broken = Files.writeString(directory.resolve("broken"), "nonsense s€cret\n");
    assertThat(
            larder.run(
                "key", "import", "x", broken.toString(), "--password-file", password.toString()))
        .isEqualTo(1);
    assertThat(larder.err()).contains("no private key in PEM").doesNotContain("s€cret");
    larder.run("key", "import", "first", secret.toString(), "-o", "json");
    assertThat(larder.err()).contains("there is a key first already");
    for (String[] shown :
        List.of(
            new String[] {"key", "list", "-o", "json"},
            new String[] {"key", "export", "first"},
            new String[] {"key", "show", "first", "-o", "json"})) {
      assertThat(larder.run(shown)).isZero();
      assertThat(larder.out()).doesNotContain("PRIVATE");
    }
  }

  @Test
  void expiryIsWarnedOf() throws Exception {
    larder.run("key", "create", "a", "--expires", "20d");
    larder.run("key", "create", "b", "--expires", "2030-12-31");
    assertThat(larder.run("key", "list")).isZero();
    assertThat(larder.out()).contains("expiring\t2026-12-10T12:00:00Z", "ok\t2030-12-31T00:00:00Z");
    assertThat(larder.err())
        .isEqualTo(
            "larder: key a expires in 20 days, at 2026-12-10T12:00:00Z; make its successor with"
                + " larder key rotate a\n");
    assertThat(larder.run("key", "show", "a")).isZero();
    assertThat(larder.err()).contains("expires in 20 days");
    assertThat(key("a").daysLeft(larder.surroundings().time().instant())).isEqualTo(20);
    assertThat(Duration.between(key("a").current().added(), key("a").current().expires()))
        .isEqualTo(Duration.ofDays(20));
    assertThat(larder.run("key", "create", "c", "--expires", "2020-01-01")).isEqualTo(2);
    assertThat(larder.err()).contains("expired already");
  }

  @Test
  void removingAsksAndSparesWhatIsInUse() throws Exception {
    larder.run("key", "create", "internal");
    larder.keys.users.put("internal", List.of("repository internal"));
    assertThat(larder.run("key", "remove", "internal")).isEqualTo(2);
    assertThat(larder.run("key", "remove", "internal", "--yes")).isEqualTo(5);
    assertThat(larder.err()).contains("is in use by repository internal");
    larder.keys.users.clear();
    larder.onTerminal();
    larder.answers = "n\n";
    assertThat(larder.run("key", "remove", "internal")).isEqualTo(1);
    larder.answers = "y\n";
    assertThat(larder.run("key", "remove", "internal")).isZero();
    assertThat(larder.out()).isEqualTo("removed internal\n");
    assertThat(larder.run("key", "remove", "internal", "-y")).isEqualTo(3);
  }

  @Test
  void whatCannotBeIsSaidWithWhatToDo() {
    assertThat(larder.run("key", "show", "none")).isEqualTo(3);
    assertThat(larder.err())
        .isEqualTo("larder: there is no key named none; larder key list shows the keys\n");
    assertThat(larder.run("key", "create", "x", "--kind", "dsa")).isEqualTo(2);
    assertThat(larder.err()).contains("openpgp-ed25519, openpgp-rsa4096, rsa4096");
    assertThat(larder.run("key", "create", "../x")).isEqualTo(2);
    Path key = directory.resolve("cli.token");
    assertThat(
            larder.run(
                "key", "agent", "x", "--socket", "/nowhere/S.gpg-agent", "--public-key", key + ""))
        .isEqualTo(1);
    assertThat(larder.err()).contains("no OpenPGP public key");
    assertThat(larder.run("key", "agent", "x")).isEqualTo(2);
  }
}
