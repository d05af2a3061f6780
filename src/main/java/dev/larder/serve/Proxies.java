package dev.larder.serve;

import dev.larder.config.Network;
import dev.larder.serve.ForwardedFields.Hop;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose word about clients is taken: the proxies before the package listeners.
///
/// @param trusted networks the proxies are in; empty if there are none
/// @param protocol whether connections begin with a header of the PROXY protocol
record Proxies(List<Network> trusted, boolean protocol) {
  /// There are none.
  static final Proxies NONE = new Proxies(List.of(), false);

  static final String FORWARDED = "Forwarded";
  static final String FORWARDED_FOR = "X-Forwarded-For";
  static final String FORWARDED_PROTO = "X-Forwarded-Proto";
  static final String FORWARDED_HOST = "X-Forwarded-Host";

  /// Takes a defensive copy.
  Proxies {
    trusted = List.copyOf(trusted);
  }

  /// Whether a proxy is at `address`.
  boolean trusts(InetAddress address) {
    for (Network network : trusted) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// Who sends a request. From the connection backwards each hop is taken from a trusted proxy
  /// only, and the first that is none is the client; where a proxy does not say in a way that can
  /// be read, the client is the last hop that is known.
  ///
  /// @param connected who the connection is from
  /// @param headers of the request
  /// @return null if two headers contradict each other: a proxy writes one of them and passes on
  ///   the other, and which one the client has made up cannot be told
  @Nullable Client client(Client connected, HttpHeaders headers) {
    if (!trusts(connected.address())) {
      return connected;
    }
    List<Hop> standard = ForwardedFields.forwarded(headers.getAll(FORWARDED));
    List<Hop> usual = ForwardedFields.forwardedFor(headers.getAll(FORWARDED_FOR));
    int standardSteps = steps(standard);
    int usualSteps = steps(usual);
    InetAddress address = address(standard, standardSteps, connected);
    InetAddress other = address(usual, usualSteps, connected);
    if (!standard.isEmpty() && !usual.isEmpty() && !address.equals(other)) {
      return null;
    }
    Hop seen = standard.isEmpty() ? new Hop(null, null, null) : seen(standard, standardSteps);
    String scheme = seen.scheme();
    String host = seen.host();
    if (scheme == null) {
      scheme = ForwardedFields.schemeOrNull(beside(usual, usualSteps, headers, FORWARDED_PROTO));
    }
    if (host == null) {
      host = ForwardedFields.hostOrNull(beside(usual, usualSteps, headers, FORWARDED_HOST));
    }
    return new Client(standard.isEmpty() ? other : address, connected.peer(), scheme, host);
  }

  /// How many hops are known: those of trusted proxies, and the first that is none.
  private int steps(List<Hop> hops) {
    int steps = 0;
    while (steps < hops.size()) {
      InetAddress address = hops.get(steps).address();
      if (address == null) {
        break;
      }
      steps++;
      if (!trusts(address)) {
        break;
      }
    }
    return steps;
  }

  private static InetAddress address(List<Hop> hops, int steps, Client connected) {
    InetAddress last = steps == 0 ? null : hops.get(steps - 1).address();
    return last == null ? connected.address() : last;
  }

  /// What was written about the client by the proxy it came to.
  private static Hop seen(List<Hop> hops, int steps) {
    return hops.get(Math.max(0, steps - 1));
  }

  /// What a header beside `X-Forwarded-For` says of the client: its values go with those of the
  /// list if there are as many, else only the last one is certain to be from a proxy of ours.
  private static @Nullable String beside(
      List<Hop> hops, int steps, HttpHeaders headers, String name) {
    List<String> values = ForwardedFields.backwards(headers.getAll(name), false);
    if (values.isEmpty()) {
      return null;
    }
    return values.get(values.size() == hops.size() ? Math.max(0, steps - 1) : 0);
  }
}
