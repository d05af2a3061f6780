package dev.larder.cli;

import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyRequest;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder key create`.
@Command(
    name = "create",
    description = {
      "Makes a key on the server; its secret never leaves it.",
      "Kinds: openpgp-ed25519 and openpgp-rsa4096 for pacman, rsa4096 for FreeBSD."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder key create internal",
      "  larder key create internal --user-id 'Packages of Example <packages@example.org>'",
      "  larder key create ports --kind rsa4096"
    })
final class KeyCreateCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "NAME", description = "What repositories shall call it.")
  private String name = "";

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      completionCandidates = WordList.KeyKinds.class,
      description = "Default: ${DEFAULT-VALUE}.")
  private String kind = "openpgp-ed25519";

  @Option(
      names = "--user-id",
      paramLabel = "ID",
      description = "Whom people see as its owner, in OpenPGP. Default: made from the name.")
  private @Nullable String userId;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description =
          "When it ends, in OpenPGP: 730d from now, or 2030-12-31. Default: never. Clients refuse"
              + " what an expired key signed.")
  private @Nullable String expires;

  KeyCreateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Instant now = session.surroundings().time().instant();
    Instant end = expires == null ? null : Moments.ahead(expires, now);
    KeyInfo key =
        session
            .client()
            .post(KeyCommand.PATH, KeyRequest.create(name, kind, userId, end), KeyInfo.class);
    KeyCommand.told(
        session,
        key,
        "%s is %s %s"
            .formatted(
                Wording.plain(key.name()),
                Wording.plain(key.kind()),
                Wording.plain(key.current().fingerprint())),
        "Clients get its public key from: larder key export " + Wording.plain(key.name()));
    return ExitCode.OK.number();
  }
}
