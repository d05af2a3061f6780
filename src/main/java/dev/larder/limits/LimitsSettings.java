package dev.larder.limits;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Network;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetAddress;
import java.util.List;

/// The `[limits]` table: what clients of the package listener may use. Zero means no limit, except
/// for `connections`.
///
/// @param connections open at once, of all clients
/// @param connectionsPerClient open at once
/// @param fillsPerClient downloads from upstreams under way that one client caused
/// @param requestsPerClient a second
/// @param requestBurst how many of them may come at once
/// @param bytesPerClient a second
/// @param exempt whose clients are not limited by the ones above that are for each client
/// @param ipv6Prefix how many leading bits of IPv6 addresses are one client
public record LimitsSettings(
    int connections,
    int connectionsPerClient,
    int fillsPerClient,
    int requestsPerClient,
    int requestBurst,
    long bytesPerClient,
    List<Network> exempt,
    int ipv6Prefix) {
  private static final int MOST = 1_000_000;

  /// Without a table. A whole fleet behind one address does not reach these, and this machine
  /// itself, where a reverse proxy may be, has none.
  public static final LimitsSettings DEFAULT =
      new LimitsSettings(
          4096,
          1024,
          10,
          0,
          1000,
          0,
          List.of(
              new Network(InetAddress.ofLiteral("127.0.0.0"), 8),
              new Network(InetAddress.ofLiteral("::1"), 128)),
          64);

  static final Key<Integer> CONNECTIONS =
      Key.of(
          "connections",
          Type.integer(1, MOST, DEFAULT.connections),
          DEFAULT.connections,
          "How many connections to package listeners may be open, of all clients together. Each takes"
              + " a file descriptor.");

  static final Key<Integer> CONNECTIONS_PER_CLIENT =
      Key.of(
          "connections-per-client",
          Type.integer(0, MOST, 64),
          DEFAULT.connectionsPerClient,
          "How many of them may be one client's. 0: no limit.");

  static final Key<Integer> FILLS_PER_CLIENT =
      Key.of(
          "fills-per-client",
          Type.integer(0, MOST, 4),
          DEFAULT.fillsPerClient,
          "How many downloads from upstreams may be under way that one client caused. A client that"
              + " asks for a file that is on its way already causes none. Further ones wait for their"
              + " turn, for some seconds. 0: no limit.");

  static final Key<Integer> REQUESTS_PER_CLIENT =
      Key.of(
          "requests-per-client",
          Type.integer(0, MOST, 100),
          DEFAULT.requestsPerClient,
          "How many requests a second of one client are answered. Those that come faster wait for"
              + " their turn, and are refused where that would take more than five seconds. 0: no"
              + " limit.");

  static final Key<Integer> REQUEST_BURST =
      Key.of(
          "request-burst",
          Type.integer(1, MOST, DEFAULT.requestBurst),
          DEFAULT.requestBurst,
          "How many requests a client may make at once before `requests-per-client` slows it down.");

  static final Key<Long> BYTES_PER_CLIENT =
      Key.of(
          "bytes-per-client",
          Type.size(),
          DEFAULT.bytesPerClient,
          "How many bytes a second are sent to one client, over all of its connections together."
              + " `\"0B\"`: no limit.");

  static final Key<List<Network>> EXEMPT =
      Key.of(
          "exempt",
          Network.list(),
          DEFAULT.exempt,
          "Networks whose clients have no limits of their own; `connections` is for them, too.");

  static final Key<Integer> IPV6_PREFIX =
      Key.of(
          "ipv6-prefix",
          Type.integer(16, 128, DEFAULT.ipv6Prefix),
          DEFAULT.ipv6Prefix,
          "How many leading bits of IPv6 addresses make one client: whoever has one address there"
              + " commonly has all of a network. An IPv4 address is a client.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "limits",
          "What one client of the package listeners may use, so that nobody uses it up for the others."
              + " Who is refused gets 429 with `Retry-After` and one line that names the limit. The"
              + " console is not touched by this.",
          false,
          List.of(
              CONNECTIONS,
              CONNECTIONS_PER_CLIENT,
              FILLS_PER_CLIENT,
              REQUESTS_PER_CLIENT,
              REQUEST_BURST,
              BYTES_PER_CLIENT,
              EXEMPT,
              IPV6_PREFIX));

  /// Takes a defensive copy.
  public LimitsSettings {
    exempt = List.copyOf(exempt);
  }

  /// Reads the table.
  public static LimitsSettings read(Section section) {
    return new LimitsSettings(
        section.get(CONNECTIONS),
        section.get(CONNECTIONS_PER_CLIENT),
        section.get(FILLS_PER_CLIENT),
        section.get(REQUESTS_PER_CLIENT),
        section.get(REQUEST_BURST),
        section.get(BYTES_PER_CLIENT),
        section.get(EXEMPT),
        section.get(IPV6_PREFIX));
  }
}
