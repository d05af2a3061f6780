package dev.larder.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which server a command talks to, and the token for it.
///
/// Options go before variables, and variables before the context the user has made current; without
/// any of them, and with `--config`, it is the server of this machine. The token of this machine is
/// only offered to the console that its configuration describes, and that of a context only to the
/// server of that context: whoever is named with `--server` must not be handed the key to another
/// house.
///
/// @param server base URL, without a trailing slash
/// @param token the token, or null if none was found
/// @param tokenPlace where the token is from, or where it was looked for
/// @param origin what named the server: `--server`, `context work`, `this machine`
/// @param context the context that named it, or null
/// @param ca file with the certificates to trust, or null for those of the Java runtime
record Destination(
    URI server,
    @Nullable String token,
    String tokenPlace,
    String origin,
    @Nullable Context context,
    @Nullable Path ca) {
  /// The origin of the server that this machine's configuration describes.
  static final String HERE = "this machine";

  /// The origin of a server that is being logged in to.
  static final String LOGIN = "larder login";

  /// What names the server.
  private record Named(URI server, String origin, @Nullable Context context) {}

  /// A token and where it is from.
  private record Token(@Nullable String value, String place) {}

  private static final Token NONE =
      new Token(null, "--token-file (not given) and LARDER_TOKEN (not set)");

  static Destination of(Options options, Surroundings surroundings, ThisMachine machine) {
    Named named = named(options, surroundings, machine);
    Token token = token(named, options, surroundings, machine);
    Context context = named.context();
    Path ca = context == null ? null : context.caPath();
    Destination found =
        new Destination(
            named.server(),
            token.value(),
            token.place(),
            named.origin(),
            context,
            ca != null ? ca : Trust.bundle(named.server(), surroundings));
    return found.guarded(context != null && context.isInsecure());
  }

  /// The same, unless its token would travel where others can read it.
  ///
  /// @param permitted the user has said that it may
  Destination guarded(boolean permitted) {
    boolean open = "http".equals(server.getScheme()) && !isLocal() && !origin.equals(HERE);
    if (token != null && open && !permitted) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "%s is not encrypted: the token would be there to read for everybody on the way"
              .formatted(shown()),
          "use https or an SSH tunnel; if the network is trusted: larder login %s --insecure"
              .formatted(server));
    }
    return this;
  }

  /// The server, and the context that led to it.
  String shown() {
    return context == null
        ? server.toString()
        : "%s (context %s)".formatted(server, context.name());
  }

  /// What to do if the server is not the right one.
  String adviceOnServer() {
    return context == null
        ? "check " + (origin.equals("LARDER_SERVER") ? origin : "--server")
        : "other servers are in: larder context list";
  }

  /// What to do if the token is not the right one.
  String adviceOnToken() {
    if (context != null && tokenPlace.startsWith("context ")) {
      return "log in again: larder login %s --name %s".formatted(server, context.name());
    }
    if (origin.equals(LOGIN)) {
      return "on the server, one is made with: larder token create NAME --scope SCOPE";
    }
    return isHere() || isLocal()
        ? "name the file cli.token in the server's data directory with --token-file"
        : "log in: larder login " + server;
  }

  /// Whether it is the server of this machine's configuration.
  boolean isHere() {
    return origin.equals(HERE);
  }

  boolean isLocal() {
    return isLocal(server);
  }

  private static Named named(Options options, Surroundings surroundings, ThisMachine machine) {
    if (options.server != null && options.context != null) {
      throw new CommandFailed(
          ExitCode.USAGE, "--server and --context both name a server", "give one of them");
    }
    if (options.server != null) {
      return new Named(url(options.server), "--server", null);
    }
    if (options.context != null) {
      return of(Contexts.read(surroundings).named(options.context, "--context"));
    }
    if (options.config != null) {
      // Whoever names a configuration means the server it describes.
      return new Named(machine.endpoint(options.config).server(), HERE, null);
    }
    String server = surroundings.variable("LARDER_SERVER");
    if (!server.isEmpty()) {
      return new Named(url(server), "LARDER_SERVER", null);
    }
    Contexts contexts = Contexts.read(surroundings);
    String name = surroundings.variable("LARDER_CONTEXT");
    Context meant = name.isEmpty() ? contexts.current() : contexts.named(name, "LARDER_CONTEXT");
    return meant != null
        ? of(meant)
        : new Named(machine.endpoint(options.config).server(), HERE, null);
  }

  private static Named of(Context context) {
    return new Named(context.url(), "context " + context.name(), context);
  }

  private static Token token(
      Named named, Options options, Surroundings surroundings, ThisMachine machine) {
    Context context = named.context();
    if (options.tokenFile != null) {
      return fromFile(
          options.tokenFile, options.tokenFile.toString(), options.tokenFile.toString());
    }
    String variable = surroundings.variable("LARDER_TOKEN");
    // A context that was asked for by an option goes before variables as a whole.
    boolean asked = context != null && options.context != null;
    if (!variable.isEmpty() && !asked) {
      return new Token(
          checked(variable, "LARDER_TOKEN", "set it to the token and nothing else"),
          "LARDER_TOKEN");
    }
    if (context != null) {
      return of(context, named.origin());
    }
    boolean isHere = named.origin().equals(HERE);
    if (!isHere && !isLocal(named.server())) {
      return NONE;
    }
    Endpoint here = machine.endpoint(options.config);
    // Behind another port may be a tunnel to another machine, or another user's program.
    if (!isHere && !here.isConsole(named.server())) {
      return NONE;
    }
    Path file = here.tokenFile();
    return fromFile(
        file,
        file.toString(),
        "--token-file (not given), LARDER_TOKEN (not set) and %s (missing)".formatted(file));
  }

  private static Token of(Context context, String origin) {
    if (context.tokenFile() == null) {
      return new Token(context.token(), origin);
    }
    String place = "%s, %s".formatted(origin, context.tokenFile());
    return fromFile(Path.of(context.tokenFile()), place, place);
  }

  private static Token fromFile(Path file, String place, String lookedAt) {
    try {
      String advice = "name the right file";
      return new Token(checked(Files.readString(file), file.toString(), advice), place);
    } catch (NoSuchFileException _) {
      return new Token(null, lookedAt);
    } catch (AccessDeniedException e) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "cannot read the token in %s: permission denied".formatted(file),
          "run larder as the user that runs the server, or as root",
          e);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "cannot read the token in %s: %s".formatted(file, FileFault.reason(e)),
          null,
          e);
    }
  }

  /// A header cannot carry anything else, and what a file holds should not end up in an error.
  static String checked(String text, String place, @Nullable String advice) {
    String token = text.strip();
    if (!isToken(token)) {
      throw new CommandFailed(ExitCode.AUTHENTICATION, place + " does not hold a token", advice);
    }
    return token;
  }

  /// Whether a header can carry it.
  static boolean isToken(String text) {
    return text.matches("[!-~]+");
  }

  /// Reads a server's base URL and takes trailing slashes off.
  static URI url(String text) {
    try {
      URI uri = new URI(text.replaceFirst("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http
          && uri.getHost() != null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Told below, like everything else that is not such a URL.
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "not a server's URL: " + Wording.plain(text),
        "write it like http://127.0.0.1:8090");
  }

  private static boolean isLocal(URI server) {
    String host = server.getHost().replaceAll("[\\[\\]]", "");
    try {
      return host.equalsIgnoreCase("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
