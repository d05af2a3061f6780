package dev.larder.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// An egress with short limits whose names a test makes up.
final class EgressFixture {
  /// A tenth of the real times.
  static final Limits SHORT =
      new Limits(
          Duration.ofMillis(500),
          Duration.ofMillis(600),
          Duration.ofMillis(800),
          4,
          16,
          Duration.ofSeconds(30));

  /// The real times, for tests in which nothing is late, and few connections.
  static final Limits FEW =
      new Limits(
          Limits.DEFAULT.connect(),
          Limits.DEFAULT.firstByte(),
          Limits.DEFAULT.stall(),
          4,
          16,
          Limits.DEFAULT.idle());

  static final Set<String> LOOPBACK = Set.of("127.0.0.1");

  private final Map<String, List<InetAddress>> hosts = new ConcurrentHashMap<>();

  /// Gives `host` these addresses.
  void name(String host, String... addresses) {
    hosts.put(host, List.of(addresses).stream().map(InetAddress::ofLiteral).toList());
  }

  Names names() {
    return host -> {
      List<InetAddress> known = hosts.get(host);
      if (known != null) {
        return known;
      }
      try {
        return List.of(InetAddress.ofLiteral(host));
      } catch (IllegalArgumentException e) {
        throw new UnknownHostException(host);
      }
    };
  }

  Egress egress(InetAddress... bind) {
    return egress(FEW, bind);
  }

  Egress egress(Limits limits, InetAddress... bind) {
    return new Egress(new EgressSettings(List.of(bind)), limits, names());
  }

  /// A fetch from a loopback server that counts as configured.
  static Fetch fetch(URI uri) {
    return fetch(uri, Map.of());
  }

  static Fetch fetch(URI uri, Map<String, String> headers) {
    return new Fetch(uri, headers, new RedirectPolicy.SameDomain(), LOOPBACK);
  }

  static byte[] body(Egress egress, Fetch fetch) throws IOException {
    try (Fetched fetched = egress.get(fetch)) {
      return fetched.body().readAllBytes();
    }
  }
}
