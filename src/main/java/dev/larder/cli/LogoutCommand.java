package dev.larder.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder logout [NAME]`.
@Command(
    name = "logout",
    description = {
      "Forgets a server and the token for it.",
      "The token stays valid until the server is told to revoke it."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  larder logout", "  larder logout work"})
final class LogoutCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONTEXT",
      description = "The context's name. Default: the current one.")
  private @Nullable String name;

  LogoutCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Contexts contexts = Contexts.read(session.surroundings());
    Context gone = name == null ? contexts.current() : contexts.named(name, null);
    if (gone == null) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "no context is current",
          contexts.all().isEmpty() ? "there is none at all" : "name one of larder context list");
    }
    Contexts left = contexts.without(gone);
    CompletionCache.clear(session.surroundings());
    Output output = session.output();
    if (output.isText() && !output.quiet()) {
      Context current = left.current();
      output.line(
          "forgot context %s; commands use %s now"
              .formatted(
                  gone.name(),
                  current == null ? "the server of this machine" : "context " + current.name()));
    }
    return ExitCode.OK.number();
  }
}
