package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.sign.Keyring.Verdict;
import dev.larder.testing.Command;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys and signatures by the real gpg, judged by it and by us. GnuPG's status lines are its
/// judgement: `GOODSIG` by a sound key, `EXPKEYSIG` by one that has expired, `REVKEYSIG` by a
/// revoked one.
final class OpenPgpKeyringIT {
  // Home directories have to be short: gpg-agent's socket is in them.
  @TempDir Path directory;
  private Path home = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void makeAHome() throws Exception {
    Tools.require("gpg", "gpgconf");
    home = privateDirectory("h");
    file = Files.writeString(directory.resolve("file"), "the bytes of a package\r\nand more\n");
  }

  @AfterEach
  void endTheAgents() throws Exception {
    SigningKey.endAgent(home);
  }

  private Path privateDirectory(String name) throws Exception {
    return Files.createDirectory(
        directory.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private Command gpg(Path home, String... arguments) {
    return Command.of("gpg", "--homedir", home.toString(), "--no-tty", "--quiet", "--yes")
        .with("--pinentry-mode", "loopback", "--passphrase", "")
        .with(arguments)
        .in(directory);
  }

  private String run(String... arguments) {
    return gpg(home, "--batch").with(arguments).runOk();
  }

  private void answer(String answers, String... arguments) {
    gpg(home, "--command-fd", "0", "--status-fd", "2").with(arguments).input(answers).runOk();
  }

  /// Makes a key and returns its fingerprint.
  private String key(String name, String algorithm, String usage, String... options)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--quick-gen-key", name + "@example.invalid", algorithm, usage));
    arguments.add("never");
    run(arguments.toArray(String[]::new));
    return fingerprints(name).getFirst();
  }

  private List<String> fingerprints(String name) throws Exception {
    return run("--with-colons", "--list-keys", name + "@example.invalid")
        .lines()
        .filter(line -> line.startsWith("fpr:"))
        .map(line -> line.split(":", -1)[9])
        .toList();
  }

  private Path sign(String by, String... options) throws Exception {
    Path signature = Files.createTempFile(directory, "file", ".sig");
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-u", by, "-o", signature.toString()));
    arguments.addAll(List.of("--detach-sign", file.toString()));
    run(arguments.toArray(String[]::new));
    return signature;
  }

  private Path export(String name) throws Exception {
    Path keys = directory.resolve("keys.gpg");
    run("-o", keys.toString(), "--export", name + "@example.invalid");
    return keys;
  }

  private Verdict ours(Path keys, Path signature) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return OpenPgpKeyring.open(keys).verify(in, Files.readAllBytes(signature));
    }
  }

  private String why(Path keys, Path signature) throws Exception {
    return switch (ours(keys, signature)) {
      case Verdict.Good(String fingerprint) -> throw new AssertionError("good: " + fingerprint);
      case Verdict.Bad(String why) -> why;
    };
  }

  /// What gpg says, knowing the public keys only.
  private String gpgSays(Path keys, Path signature) throws Exception {
    Path other = Files.createTempDirectory(directory, "v");
    gpg(other, "--batch", "--import", keys.toString()).runOk();
    String said =
        gpg(other, "--batch", "--status-fd", "1")
            .with("--verify", signature.toString(), file.toString())
            .run()
            .output();
    SigningKey.endAgent(other);
    return said;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ed25519", "rsa2048", "rsa3072", "nistp256", "nistp384", "brainpoolP256r1"})
  void whatGpgSignsIsGoodAndAnotherFileIsNot(String algorithm) throws Exception {
    String fingerprint = key("a", algorithm, "sign");
    Path signature = sign(fingerprint);
    Path keys = export("a");
    assertThat(gpgSays(keys, signature)).contains("GOODSIG");
    assertThat(ours(keys, signature)).isEqualTo(new Verdict.Good(fingerprint));
    for (String digest : List.of("SHA384", "SHA512")) {
      assertThat(ours(keys, sign(fingerprint, "--digest-algo", digest)))
          .isEqualTo(new Verdict.Good(fingerprint));
    }
    Files.writeString(file, "other bytes");
    assertThat(gpgSays(keys, signature)).contains("BADSIG");
    assertThat(why(keys, signature)).contains("does not match the file");
  }

  @Test
  void aSubkeySignsForItsPrimaryKeyUntilItIsRevoked() throws Exception {
    String primary = key("a", "ed25519", "cert");
    run("--quick-add-key", primary, "rsa2048", "sign", "never");
    String subkey = fingerprints("a").get(1);
    Path signature = sign(subkey + "!");
    Path keys = export("a");
    assertThat(gpgSays(keys, signature)).contains("GOODSIG");
    assertThat(ours(keys, signature)).isEqualTo(new Verdict.Good(subkey));

    answer("key 1\nrevkey\ny\n0\n\ny\nsave\n", "--edit-key", primary);
    Path revoked = export("a");
    assertThat(gpgSays(revoked, signature)).contains("REVKEYSIG");
    assertThat(why(revoked, signature))
        .isEqualTo("the signature was made by key " + subkey + ", which is revoked");
  }

  @Test
  void aSubkeyOfARevokedKeyIsBad() throws Exception {
    String primary = key("a", "ed25519", "cert");
    run("--quick-add-key", primary, "ed25519", "sign", "never");
    String subkey = fingerprints("a").get(1);
    Path signature = sign(subkey + "!");
    revoke(primary);
    assertThat(why(export("a"), signature))
        .isEqualTo(
            "the signature was made by key %s, which belongs to key %s, which is revoked"
                .formatted(subkey, primary));
  }

  // The certificate gpg makes with every key gives no reason: nothing the key signed counts.
  private void revoke(String fingerprint) throws Exception {
    Path prepared = home.resolve("openpgp-revocs.d").resolve(fingerprint + ".rev");
    Path certificate = directory.resolve("revocation");
    Files.writeString(certificate, Files.readString(prepared).replace(":-----", "-----"));
    run("--import", certificate.toString());
  }

  @Test
  void aRevokedKeyIsBad() throws Exception {
    String fingerprint = key("a", "ed25519", "sign");
    Path signature = sign(fingerprint);
    revoke(fingerprint);
    Path keys = export("a");
    assertThat(gpgSays(keys, signature)).contains("REVKEYSIG");
    assertThat(why(keys, signature))
        .isEqualTo("the signature was made by key " + fingerprint + ", which is revoked");
  }

  @Test
  void aRetiredKeySignedBeforeAndNotAfter() throws Exception {
    String fingerprint = key("a", "ed25519", "sign", "--faked-system-time", "20200101T000000!");
    Path before = sign(fingerprint, "--faked-system-time", "20200601T000000!");
    Path after = sign(fingerprint, "--faked-system-time", "20220101T000000!");
    Path certificate = directory.resolve("revocation");
    answer(
        "y\n3\n\ny\n",
        "--faked-system-time",
        "20210101T000000!",
        "-o",
        certificate.toString(),
        "--gen-revoke",
        fingerprint);
    run("--import", certificate.toString());
    Path keys = export("a");
    assertThat(ours(keys, before)).isEqualTo(new Verdict.Good(fingerprint));
    assertThat(why(keys, after)).contains("which was revoked at 2021-01-01T00:00:00Z");
  }

  @Test
  void anExpiredKeySignedBeforeAndNotAfter() throws Exception {
    String fingerprint = key("a", "rsa2048", "sign", "--faked-system-time", "20200101T000000!");
    Path before = sign(fingerprint, "--faked-system-time", "20200601T000000!");
    Path after = sign(fingerprint, "--faked-system-time", "20220101T000000!");
    run(
        "--faked-system-time",
        "20200701T000000!",
        "--quick-set-expire",
        fingerprint,
        "20210101T000000");
    Path keys = export("a");
    assertThat(gpgSays(keys, before)).contains("EXPKEYSIG");
    assertThat(ours(keys, before)).isEqualTo(new Verdict.Good(fingerprint));
    assertThat(why(keys, after)).contains("which expired at 2021-01-01T00:00:00Z");

    run("--quick-set-expire", fingerprint, "never");
    Path extended = export("a");
    assertThat(gpgSays(extended, after)).contains("GOODSIG");
    assertThat(ours(extended, after)).isEqualTo(new Verdict.Good(fingerprint));
  }

  @Test
  void anExpiredSubkeyIsBad() throws Exception {
    String primary = key("a", "ed25519", "cert", "--faked-system-time", "20200101T000000!");
    run(
        "--faked-system-time",
        "20200101T000000!",
        "--quick-add-key",
        primary,
        "ed25519",
        "sign",
        "never");
    String subkey = fingerprints("a").get(1);
    Path after = sign(subkey + "!", "--faked-system-time", "20220101T000000!");
    run(
        "--faked-system-time",
        "20200701T000000!",
        "--quick-set-expire",
        primary,
        "20210101T000000",
        "*");
    assertThat(why(export("a"), after))
        .contains(subkey + ", which expired at 2021-01-01T00:00:00Z");
  }

  @Test
  void anExpiredSignatureIsBad() throws Exception {
    String fingerprint = key("a", "ed25519", "sign", "--faked-system-time", "20200101T000000!");
    Path signature =
        sign(fingerprint, "--faked-system-time", "20200102T000000!", "--default-sig-expire", "1d");
    Path keys = export("a");
    assertThat(gpgSays(keys, signature)).contains("EXPSIG");
    assertThat(why(keys, signature)).isEqualTo("the signature expired at 2020-01-03T00:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({"SHA1, SHA-1", "RIPEMD160, RIPEMD-160"})
  void weakHashesAreBadThoughTheyMatch(String digest, String name) throws Exception {
    String fingerprint = key("a", "rsa2048", "sign");
    Path signature = sign(fingerprint, "--digest-algo", digest);
    assertThat(why(export("a"), signature))
        .isEqualTo("the signature uses the hash algorithm " + name + ", which is too weak");
  }

  @Test
  void aKeyWithSha1SelfSignaturesIsTrustedAsGpgTrustsIt() throws Exception {
    String fingerprint = key("a", "rsa2048", "sign", "--cert-digest-algo", "SHA1");
    Path signature = sign(fingerprint);
    Path keys = export("a");
    assertThat(gpgSays(keys, signature)).contains("GOODSIG");
    assertThat(ours(keys, signature)).isEqualTo(new Verdict.Good(fingerprint));
  }

  @Test
  void otherKindsOfSignatureAreBad() throws Exception {
    String fingerprint = key("a", "ed25519", "sign");
    Path keys = export("a");
    assertThat(why(keys, sign(fingerprint, "--armor"))).contains("is armored");
    assertThat(why(keys, sign(fingerprint, "--textmode")))
        .isEqualTo("the signature is of type 0x01 and not over a file");
  }

  @Test
  void aSignatureByAnUnknownKeyNamesTheKey() throws Exception {
    String known = key("a", "ed25519", "sign");
    String unknown = key("b", "rsa2048", "sign");
    Path keys = export("a");
    Path signature = sign(unknown);
    assertThat(gpgSays(keys, signature)).contains("NO_PUBKEY");
    assertThat(why(keys, signature))
        .isEqualTo("the signature was made by unknown key " + unknown.substring(24));

    Path both = sign(unknown, "-u", known);
    assertThat(ours(keys, both)).isEqualTo(new Verdict.Good(known));
  }

  @Test
  void theKeysOfADirectoryAddUp() throws Exception {
    String a = key("a", "ed25519", "sign");
    String b = key("b", "nistp256", "sign");
    Path byA = sign(a);
    Path byB = sign(b);
    Path keys = Files.createDirectory(directory.resolve("keys"));
    run("--armor", "-o", keys.resolve("all.asc").toString(), "--export");
    run("-o", keys.resolve("old.gpg").toString(), "--export", "a@example.invalid");
    assertThat(OpenPgpKeyring.open(keys).size()).isEqualTo(2);
    assertThat(ours(keys, byA)).isEqualTo(new Verdict.Good(a));
    assertThat(ours(keys, byB)).isEqualTo(new Verdict.Good(b));

    // A revocation counts though another file still holds the key without it.
    revoke(a);
    run("--armor", "-o", keys.resolve("all.asc").toString(), "--export");
    assertThat(why(keys, byA)).contains("is revoked");
    assertThat(ours(keys, byB)).isEqualTo(new Verdict.Good(b));
  }

  @Test
  void thePrivateKeyIsRefused() throws Exception {
    key("a", "ed25519", "sign");
    for (String name : List.of("secret.asc", "secret.gpg")) {
      Path secret = directory.resolve(name);
      List<String> arguments = new ArrayList<>(List.of("-o", secret.toString()));
      if (name.endsWith(".asc")) {
        arguments.add("--armor");
      }
      arguments.add("--export-secret-keys");
      run(arguments.toArray(String[]::new));
      assertThatThrownBy(() -> OpenPgpKeyring.open(secret))
          .isInstanceOf(InvalidKeyring.class)
          .hasMessageContaining("holds a private key; put only the public one here");
    }
  }

  @Test
  void archsOwnKeyringIsReadWithItsRevokedKeys() throws Exception {
    // Where Debian and Arch have it.
    Path keyring =
        List.of("/usr/share/keyrings", "/usr/share/pacman/keyrings").stream()
            .map(place -> Path.of(place, "archlinux.gpg"))
            .filter(Files::exists)
            .findFirst()
            .orElse(directory);
    if (keyring.equals(directory)) {
      Tools.missing("archlinux-keyring is not installed");
    }
    List<String> revoked = Files.readAllLines(keyring.resolveSibling("archlinux-revoked"));
    Path unlisted = Files.copy(keyring, directory.resolve("arch.gpg"));
    int all = OpenPgpKeyring.open(unlisted).size();
    int trusted = OpenPgpKeyring.open(keyring).size();
    assertThat(trusted).isBetween(all - revoked.size(), all - 1).isGreaterThan(50);
  }
}
