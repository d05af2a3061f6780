package dev.larder.cli;

import dev.larder.cli.Table.Column;
import dev.larder.wire.Status;
import dev.larder.wire.WhoAmI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder login URL`.
@Command(
    name = "login",
    description = {
      "Checks a token for a server on another machine, writes both down as a context, and makes it"
          + " the one all commands use.",
      "The token is asked for on a terminal; else it is read from standard input. With --token-file"
          + " it stays in that file, which is read at every command."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder login https://larder.example.net",
      "  larder login https://larder.example.net --name work --ca /etc/ssl/own-ca.pem",
      "  larder login https://larder.example.net --token-file /run/secrets/larder",
      "  larder login https://larder.example.net < token"
    })
final class LoginCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "URL", description = "The server's console.")
  private String url = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What to call it. Default: the host's name.")
  private @Nullable String name;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Certificates to trust, in PEM form, instead of what this system trusts.")
  private @Nullable Path ca;

  @Option(
      names = "--insecure",
      description =
          "Send the token over http too, where everybody on the way can read it. Not needed for"
              + " this machine, so not for an SSH tunnel either.")
  private boolean insecure;

  LoginCommand(Session session) {
    this.session = session;
  }

  /// What `-o json` shows.
  ///
  /// @param context name of the context
  /// @param server base URL of the console
  /// @param principal whom the server takes the token's owner for; null if it does not tell
  /// @param scopes what they may do; null if it does not tell
  record LoggedIn(
      String context, String server, @Nullable String principal, @Nullable List<String> scopes) {}

  @Override
  public Integer call() {
    if (session.options().server != null || session.options().context != null) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "larder login takes the server as its argument and the context's name by --name",
          "leave --server and --context out");
    }
    URI server = Destination.url(url);
    Contexts contexts = Contexts.read(session.surroundings());
    String chosen = name(server, contexts);
    Path file = session.options().tokenFile;
    Context context =
        new Context(
            chosen,
            server.toString(),
            file == null ? "" : null,
            file == null ? null : file.toAbsolutePath().normalize().toString(),
            ca == null ? null : ca.toAbsolutePath().normalize().toString(),
            insecure ? true : null);
    // Before anybody types a token that would not be sent.
    destination(server, "?", context);
    String token = token(file);
    LoggedIn done = checked(destination(server, token, context), chosen);
    contexts.with(
        file == null
            ? new Context(chosen, context.server(), token, null, context.ca(), context.insecure())
            : context);
    CompletionCache.clear(session.surroundings());
    tell(done);
    return ExitCode.OK.number();
  }

  /// The name that was given, or the host's; one that is taken by another server is not given away.
  private String name(URI server, Contexts contexts) {
    String chosen =
        name != null
            ? name
            : server
                .getHost()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9.-]+", "-")
                .replaceAll("^[^a-z0-9]+|-+$", "");
    if (!chosen.matches(Contexts.NAME)) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "%s cannot be the name of a context".formatted(Wording.plain(chosen)),
          "take letters, digits, \".\", \"_\" and \"-\" for --name");
    }
    Context there = contexts.find(chosen);
    if (name == null && there != null && !there.server().equals(server.toString())) {
      throw new CommandFailed(
          ExitCode.CONFLICT,
          "the context %s is for %s".formatted(chosen, there.server()),
          "choose another name for this one with --name");
    }
    return chosen;
  }

  private Destination destination(URI server, String token, Context context) {
    Path trusted = context.caPath();
    Path file = session.options().tokenFile;
    return new Destination(
            server,
            token,
            file == null ? "what was entered" : file.toString(),
            Destination.LOGIN,
            null,
            trusted != null ? trusted : Trust.bundle(server, session.surroundings()))
        .guarded(insecure);
  }

  private String token(@Nullable Path file) {
    try {
      if (file != null) {
        return Destination.checked(
            Files.readString(file), file.toString(), "name the right file with --token-file");
      }
      Surroundings surroundings = session.surroundings();
      String told =
          surroundings.terminal().in()
              ? surroundings.secrets().ask("Token for %s: ".formatted(Wording.plain(url)))
              : surroundings.in().readLine();
      return Destination.checked(
          told == null ? "" : told, "what was entered", "a token is one word, like larder_4f6a...");
    } catch (IOException e) {
      if (file == null) {
        throw new UncheckedIOException(e);
      }
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "cannot read the token in %s: %s".formatted(file, FileFault.reason(e)),
          "name the right file with --token-file",
          e);
    }
  }

  /// Asks the server whom it takes us for. One that does not know the question yet is asked for
  /// what needs a token.
  private static LoggedIn checked(Destination destination, String chosen) {
    String server = destination.server().toString();
    try (ConsoleClient client = new ConsoleClient(destination)) {
      WhoAmI who = client.find("/api/v1/whoami", WhoAmI.class);
      if (who != null) {
        return new LoggedIn(chosen, server, who.principal(), who.scopes());
      }
      client.get("/api/v1/status", Status.class);
      return new LoggedIn(chosen, server, null, null);
    }
  }

  private void tell(LoggedIn done) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(done);
    } else if (output.isText() && !output.quiet()) {
      String principal = done.principal();
      output.line(
          "logged in to %s%s; it is context %s, which commands use from now on"
              .formatted(
                  done.server(),
                  principal == null ? "" : " as " + Wording.plain(principal),
                  done.context()));
    } else if (!output.quiet()) {
      Table table =
          new Table(
              Column.text("CONTEXT"),
              Column.text("SERVER"),
              Column.text("PRINCIPAL"),
              Column.text("SCOPES"));
      table.add(
          done.context(),
          done.server(),
          done.principal() == null ? "" : done.principal(),
          done.scopes() == null ? "" : String.join(",", done.scopes()));
      output.table(table);
    }
    warnOfVariables();
  }

  /// A variable that goes before the context would make the login look like a failure later.
  private void warnOfVariables() {
    List<String> set =
        Stream.of("LARDER_SERVER", "LARDER_CONTEXT", "LARDER_TOKEN")
            .filter(variable -> !session.surroundings().variable(variable).isEmpty())
            .toList();
    if (!set.isEmpty()) {
      session
          .surroundings()
          .err()
          .print(
              "larder: %s %s set and goes before this context\n"
                  .formatted(String.join(" and ", set), set.size() == 1 ? "is" : "are"));
    }
  }
}
