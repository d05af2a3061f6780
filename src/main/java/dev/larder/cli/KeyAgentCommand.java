package dev.larder.cli;

import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder key agent`.
@Command(
    name = "agent",
    description = {
      "Uses an OpenPGP key whose secret lies in a gpg-agent on the server's machine, on its disk or"
          + " on a card.",
      "The agent must be able to sign without asking anybody. Again with the same name, the public"
          + " key is replaced by an extended one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gpg --armor --export packages@example.org > public.asc",
      "  larder key agent internal --socket /run/user/1000/gnupg/S.gpg-agent \\",
      "    --public-key public.asc"
    })
final class KeyAgentCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "NAME", description = "What repositories shall call it.")
  private String name = "";

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      required = true,
      description = "Of the agent, as gpgconf --list-dirs agent-socket shows it on the server.")
  private String socket = "";

  @Option(
      names = "--public-key",
      paramLabel = "FILE",
      required = true,
      description = "The file with the public key: gpg --armor --export.")
  private Path publicKey = Path.of("");

  KeyAgentCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    KeyRequest request = KeyRequest.agent(name, socket, KeyImportCommand.text(publicKey));
    KeyInfo key = session.client().patient().post(KeyCommand.PATH, request, KeyInfo.class);
    KeyCommand.told(
        session,
        key,
        "%s is %s %s, in the agent"
            .formatted(
                Wording.plain(key.name()),
                Wording.plain(key.kind()),
                Wording.plain(key.current().fingerprint())),
        null);
    return ExitCode.OK.number();
  }
}
