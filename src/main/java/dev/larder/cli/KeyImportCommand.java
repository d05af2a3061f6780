package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.ErrorCode;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder key import`.
@Command(
    name = "import",
    description = {
      "Imports a secret key: an armored OpenPGP key (gpg --armor --export-secret-keys), or an RSA"
          + " key in PEM for FreeBSD.",
      "The server keeps it without its password, in a file only it can read, since it signs while"
          + " nobody is there to ask. To keep the secret elsewhere, see larder key agent."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder key import internal secret.asc",
      "  larder key import internal secret.asc --password-file password",
      "  larder key import ports repo.key"
    })
final class KeyImportCommand implements Callable<Integer> {
  private static final int MAX_BYTES = 48 * 1024;

  private final Session session;

  @Parameters(index = "0", paramLabel = "NAME", description = "What repositories shall call it.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "The file with the key.")
  private Path file = Path.of("");

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description =
          "The file with the key's password in its first line. Default: if the key has one, it is"
              + " asked for on a terminal.")
  private @Nullable Path passwordFile;

  KeyImportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    KeyInfo key = imported(text(file));
    KeyCommand.told(
        session,
        key,
        "%s is %s %s"
            .formatted(
                Wording.plain(key.name()),
                Wording.plain(key.kind()),
                Wording.plain(key.current().fingerprint())),
        null);
    return ExitCode.OK.number();
  }

  /// The server knows whether the key has a password; only then is somebody asked for it.
  private KeyInfo imported(String secret) {
    if (passwordFile != null) {
      return sent(secret, text(passwordFile).lines().findFirst().orElse(""));
    }
    try {
      return sent(secret, null);
    } catch (CommandFailed e) {
      if (!e.has(ErrorCode.LOCKED_KEY) || !session.surroundings().terminal().in()) {
        throw e;
      }
    }
    try {
      return sent(secret, session.surroundings().secrets().ask("Password of the key: "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KeyInfo sent(String secret, @Nullable String password) {
    KeyRequest request = KeyRequest.secret(name, secret, password);
    return session.client().post(KeyCommand.PATH, request, KeyInfo.class);
  }

  /// The text of a small file.
  static String text(Path file) {
    byte[] bytes;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "%s is larger than %d bytes".formatted(file, MAX_BYTES),
            "export the one key alone, with --export-options export-minimal");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileFault.unread(file, null, e);
    }
    // Binary OpenPGP packets begin with a byte that no text in UTF-8 begins with.
    if (bytes.length > 0 && (bytes[0] & 0xc0) == 0x80) {
      throw new CommandFailed(
          ExitCode.USAGE, "%s is not text".formatted(file), "export the key with gpg --armor");
    }
    return new String(bytes, UTF_8);
  }
}
