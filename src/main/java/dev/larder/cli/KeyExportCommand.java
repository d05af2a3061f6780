package dev.larder.cli;

import dev.larder.wire.KeyInfo;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder key export`.
@Command(
    name = "export",
    description = {
      "Writes the public key, armored or in PEM; while it is rotated, its successor's after it.",
      "There is no command for the secret: back up the directory keys of the server's data."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder key export internal > internal.asc",
      "  larder key export ports > /usr/local/etc/pkg/ports.pub",
      "  larder key export ports --fingerprint-file > trusted/ports",
      "  larder key export ports --fingerprint-file --next > trusted/ports.next"
    })
final class KeyExportCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "NAME", description = "The key's name.")
  private String name = "";

  @Option(
      names = "--fingerprint-file",
      description =
          "Write the file by which FreeBSD's pkg trusts the key instead, for the directory trusted.")
  private boolean fingerprintFile;

  @Option(names = "--next", description = "The successor's alone.")
  private boolean next;

  KeyExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    KeyInfo key = session.client().get(KeyCommand.path(name), KeyInfo.class);
    Output output = session.output();
    if (output.isJson()) {
      output.json(key);
      return ExitCode.OK.number();
    }
    StringBuilder text = new StringBuilder();
    for (KeyInfo.Version version : versions(key)) {
      text.append(fingerprintFile ? fingerprint(version) : version.publicKey());
    }
    // Not a control character too many: what is exported is compared by its bytes.
    text.toString().lines().forEach(line -> output.line(Wording.plain(line)));
    return ExitCode.OK.number();
  }

  private List<KeyInfo.Version> versions(KeyInfo key) {
    KeyInfo.Version successor = key.next();
    if (next) {
      if (successor == null) {
        throw new CommandFailed(
            ExitCode.CONFLICT,
            "key %s has no successor".formatted(Wording.plain(name)),
            "make one with: larder key rotate " + Wording.plain(name));
      }
      return List.of(successor);
    }
    return successor == null || fingerprintFile
        ? List.of(key.current())
        : Stream.of(key.current(), successor).toList();
  }

  private String fingerprint(KeyInfo.Version version) {
    @Nullable String text = version.fingerprintFile();
    if (text == null) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "key %s is an OpenPGP key, which pkg does not use".formatted(Wording.plain(name)),
          "leave --fingerprint-file out");
    }
    return text;
  }
}
