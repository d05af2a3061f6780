package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
          "The file with the key's password in its first line. Default: it is asked for on a"
              + " terminal; else the key must have none.")
  private @Nullable Path passwordFile;

  KeyImportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String secret = text(file);
    KeyInfo key =
        session
            .client()
            .post(KeyCommand.PATH, KeyRequest.secret(name, secret, password()), KeyInfo.class);
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

  private @Nullable String password() {
    if (passwordFile != null) {
      return text(passwordFile).lines().findFirst().orElse("");
    }
    Surroundings surroundings = session.surroundings();
    if (!surroundings.terminal().in()) {
      return null;
    }
    try {
      return surroundings.secrets().ask("Password of the key (empty if it has none): ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    } catch (NoSuchFileException e) {
      throw new CommandFailed(ExitCode.NOT_FOUND, "there is no file " + file, null, e);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "cannot read %s: %s".formatted(file, e.getMessage()), null, e);
    }
    // Binary OpenPGP packets begin with a byte that no text in UTF-8 begins with.
    if (bytes.length > 0 && (bytes[0] & 0xc0) == 0x80) {
      throw new CommandFailed(
          ExitCode.USAGE, "%s is not text".formatted(file), "export the key with gpg --armor");
    }
    return new String(bytes, UTF_8);
  }
}
