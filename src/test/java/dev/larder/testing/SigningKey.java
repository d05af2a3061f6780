package dev.larder.testing;

import java.nio.file.Path;
import java.util.List;

/// A throw-away OpenPGP key (Ed25519) in a GnuPG home of its own, without a password.
public final class SigningKey implements AutoCloseable {
  private final Path home;
  private final String fingerprint;
  private final Path exported;

  private SigningKey(Path home, String fingerprint, Path exported) {
    this.home = home;
    this.fingerprint = fingerprint;
    this.exported = exported;
  }

  /// Makes one for this user id, `Larder Test <test@example.org>`.
  public static SigningKey create(String userId) {
    Tools.require("gpg", "gpgconf");
    Path home = Temporary.directory("lk");
    gpg(home, "--passphrase", "", "--quick-generate-key", userId, "ed25519", "sign", "never")
        .runOk();
    String fingerprint = fingerprint(gpg(home, "--with-colons", "--list-keys").runOk());
    Path exported = home.resolve("public.asc");
    gpg(home, "--armor", "--output", exported.toString(), "--export", fingerprint).runOk();
    return new SigningKey(home, fingerprint, exported);
  }

  /// The fingerprint of the first key in a file.
  static String fingerprint(Path publicKey) {
    Path home = Temporary.directory("lf");
    try {
      return fingerprint(
          gpg(home, "--with-colons", "--show-keys").with(publicKey.toString()).runOk());
    } finally {
      Temporary.delete(home);
    }
  }

  private static String fingerprint(String listing) {
    return listing
        .lines()
        .filter(line -> line.startsWith("fpr:"))
        .map(line -> line.split(":", -1)[9])
        .findFirst()
        .orElseThrow();
  }

  private static Command gpg(Path home, String... arguments) {
    return Command.of("gpg", "--batch", "--quiet", "--homedir", home.toString()).with(arguments);
  }

  /// The fingerprint, upper-case hexadecimal.
  public String fingerprint() {
    return fingerprint;
  }

  /// The public key, armored, in a file.
  public Path publicKey() {
    return exported;
  }

  /// The GnuPG home, for programs that sign by themselves.
  public Path home() {
    return home;
  }

  /// Writes a binary detached signature of `file` beside it, with `.sig` appended, as pacman wants.
  public Path sign(Path file) {
    Path signature = file.resolveSibling(file.getFileName() + ".sig");
    gpg(home, "--yes", "--no-armor", "--local-user", fingerprint, "--detach-sign")
        .with("--output", signature.toString(), file.toString())
        .runOk();
    return signature;
  }

  /// Ends its agent and deletes it.
  @Override
  public void close() {
    endAgent(home);
    Temporary.delete(home);
  }

  /// Ends the gpg-agent and dirmngr of one GnuPG home.
  public static void endAgent(Path home) {
    Command.of(List.of("gpgconf", "--homedir", home.toString(), "--kill", "all")).run();
  }
}
