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
/// The token of this machine is only offered to this machine: whoever is named with `--server` must
/// not be handed the key to another house.
///
/// @param server base URL, without a trailing slash
/// @param token the token, or null if none was found
/// @param tokenPlace where the token is from, or where it was looked for
record Destination(URI server, @Nullable String token, String tokenPlace) {
  static Destination of(Options options, Surroundings surroundings, ThisMachine machine) {
    String named = options.server != null ? options.server : surroundings.variable("LARDER_SERVER");
    URI server = named.isEmpty() ? machine.endpoint(options.config).server() : url(named);
    if (options.tokenFile != null) {
      return fromFile(server, options.tokenFile, options.tokenFile.toString());
    }
    String variable = surroundings.variable("LARDER_TOKEN");
    if (!variable.isEmpty()) {
      return new Destination(server, variable.strip(), "LARDER_TOKEN");
    }
    if (!isLocal(server)) {
      return new Destination(server, null, "--token-file (not given) and LARDER_TOKEN (not set)");
    }
    Path file = machine.endpoint(options.config).tokenFile();
    return fromFile(
        server,
        file,
        "--token-file (not given), LARDER_TOKEN (not set) and %s (missing)".formatted(file));
  }

  boolean isLocal() {
    return isLocal(server);
  }

  private static Destination fromFile(URI server, Path file, String lookedAt) {
    try {
      String token = Files.readString(file).strip();
      // A header cannot carry anything else, and what a file holds should not end up in an error.
      if (!token.matches("[!-~]+")) {
        throw new CommandFailed(
            ExitCode.AUTHENTICATION, file + " does not hold a token", "name the right file");
      }
      return new Destination(server, token, file.toString());
    } catch (NoSuchFileException _) {
      return new Destination(server, null, lookedAt);
    } catch (AccessDeniedException e) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "cannot read the token in %s: permission denied".formatted(file),
          "run larder as the user that runs the server, or as root",
          e);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION,
          "cannot read the token in %s: %s".formatted(file, e.getMessage()),
          null,
          e);
    }
  }

  private static URI url(String text) {
    try {
      URI uri = new URI(text.replaceFirst("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getRawQuery() == null && uri.getUserInfo() == null) {
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
