package dev.larder.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A GnuPG home directory for one test. Its path is short: gpg-agent's socket is in it.
public final class GpgHome implements AutoCloseable {
  private final Path home = Temporary.directory("gh");

  /// An empty one.
  public GpgHome() {
    Tools.require("gpg", "gpgconf", "gpg-agent", "gpg-connect-agent");
  }

  /// The directory.
  public Path path() {
    return home;
  }

  /// Where its gpg-agent listens.
  public Path socket() {
    return home.resolve("S.gpg-agent");
  }

  /// gpg in this home, which asks nothing.
  ///
  /// @param password of the secret keys it will need
  public Command gpg(String password, String... arguments) {
    return Command.of("gpg", "--homedir", home.toString(), "--no-tty", "--quiet", "--batch")
        .with("--yes", "--pinentry-mode", "loopback", "--passphrase", password)
        .with(arguments);
  }

  /// Makes a key that never expires.
  ///
  /// @return its fingerprint
  public String key(
      String name, String algorithm, String usage, String password, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    String id = name + "@example.invalid";
    arguments.addAll(List.of("--quick-gen-key", id, algorithm, usage, "never"));
    gpg(password, arguments.toArray(String[]::new)).runOk();
    return fields(id, "fpr").getFirst();
  }

  /// The tenth field of the lines of a listing: fingerprints (`fpr`) or keygrips (`grp`).
  public List<String> fields(String key, String record) {
    return gpg("", "--with-colons", "--with-keygrip", "--list-keys", key)
        .runOk()
        .lines()
        .filter(line -> line.startsWith(record + ":"))
        .map(line -> line.split(":", -1)[9])
        .toList();
  }

  /// A public key, armored.
  public byte[] exported(String key) throws Exception {
    return output("", "--armor", "--export", key);
  }

  /// A secret key, armored.
  public byte[] secret(String key, String password) throws Exception {
    return output(password, "--armor", "--export-secret-keys", key);
  }

  /// What gpg writes to the file that `-o` names.
  public byte[] output(String password, String... arguments) throws Exception {
    Path file = home.resolve("out");
    gpg(password, "-o", file.toString()).with(arguments).runOk();
    return Files.readAllBytes(file);
  }

  /// What gpg says of a signature, knowing one public key only.
  public static String verified(byte[] publicKey, Path file, byte[] signature) throws Exception {
    try (GpgHome other = new GpgHome()) {
      Path key = Files.write(other.home.resolve("key.asc"), publicKey);
      Path sig = Files.write(other.home.resolve("file.sig"), signature);
      other.gpg("", "--import", key.toString()).runOk();
      return other
          .gpg("", "--status-fd", "1", "--verify", sig.toString(), file.toString())
          .run()
          .output();
    }
  }

  /// Ends its agent and deletes it.
  @Override
  public void close() {
    SigningKey.endAgent(home);
    Temporary.delete(home);
  }
}
