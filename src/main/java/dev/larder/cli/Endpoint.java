package dev.larder.cli;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// A server on this machine, as its configuration describes it.
///
/// @param consoles base URLs of the console, without a trailing slash; at least one
/// @param tokenFile where `larder serve` writes the token
public record Endpoint(List<URI> consoles, Path tokenFile) {
  /// Takes a defensive copy.
  public Endpoint {
    consoles = List.copyOf(consoles);
  }

  /// The one to talk to.
  URI server() {
    return consoles.getFirst();
  }

  /// Whether that is the console, by whatever way of writing its address; `localhost` is every
  /// address of this machine's own.
  boolean isConsole(URI server) {
    return String.valueOf(server.getPath()).isEmpty()
        && consoles.stream()
            .anyMatch(own ->
                own.getScheme().equals(server.getScheme())
                    && own.getPort() == server.getPort()
                    && isSameHost(own.getHost(), server.getHost()));
  }

  private static boolean isSameHost(String own, String host) {
    if (own.equalsIgnoreCase(host) || host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return literal(own).equals(literal(host));
    } catch (IllegalArgumentException _) {
      return false; // a name
    }
  }

  private static InetAddress literal(String host) {
    return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""));
  }
}
