package dev.larder.serve;

import dev.larder.limits.ClientLimits;
import dev.larder.log.AccessLog;
import dev.larder.repo.Content;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A listener on a free loopback port.
final class Listening implements Closeable {
  /// Short enough for tests, long enough for a busy machine.
  static final Limits PATIENT =
      new Limits(
          32,
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(2));

  final PackageListener listener;

  private Listening(PackageListener listener) {
    this.listener = listener;
  }

  /// All ways sockets and TLS are driven on this machine.
  static Stream<Transport> transports() {
    return Stream.of(Transport.best(), Transport.plain()).distinct();
  }

  static Listening on(Transport transport, Content... contents) throws IOException {
    return on(transport, PATIENT, null, contents);
  }

  static Listening on(
      Transport transport, Limits limits, PackagesSettings.@Nullable Tls tls, Content... contents)
      throws IOException {
    Site site = Site.fixed(List.of(contents), List.of(), List.of(), List.of(), Set.of());
    return on(transport, limits, tls, site);
  }

  static Listening on(
      Transport transport, Limits limits, PackagesSettings.@Nullable Tls tls, Site site)
      throws IOException {
    PackagesSettings settings = new PackagesSettings(List.of(anyPort()), tls);
    return new Listening(PackageListener.open(settings, site, limits, transport));
  }

  /// One with limits for its clients, which are not the tests' usual ones.
  static Listening limited(
      Transport transport, Limits limits, ClientLimits clients, Content... contents)
      throws IOException {
    Site site = Site.fixed(List.of(contents), List.of(), List.of(), List.of(), Set.of());
    PackagesSettings settings = new PackagesSettings(List.of(anyPort()), null);
    return new Listening(
        PackageListener.open(settings, site, clients, limits, transport, AccessLog.off()));
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  InetSocketAddress address() {
    return listener.addresses().getFirst();
  }

  int port() {
    return address().getPort();
  }

  /// How many connections are open.
  long connections() {
    return listener.traffic().stream().mapToLong(TrafficReport::connections).sum();
  }

  RawClient client() throws IOException {
    return new RawClient(address());
  }

  /// One GET on a connection of its own.
  RawClient.Response get(String target, String... lines) throws IOException {
    try (RawClient client = client()) {
      return client.get(target, lines).read();
    }
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() {
    listener.close();
  }
}
