package dev.larder.serve;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Network;
import dev.larder.config.Section;
import java.net.InetAddress;
import java.util.List;

/// The `[access]` table: who may use the package listener. Who is in `deny` may not, whatever else
/// is said; if there are networks in `allow`, only who is in one of them may.
///
/// @param allow empty if everybody is allowed
/// @param deny goes before `allow`
public record Admission(List<Network> allow, List<Network> deny) {
  /// Everybody may.
  static final Admission OPEN = new Admission(List.of(), List.of());

  /// Networks that may.
  public static final Key<List<Network>> ALLOW =
      Key.of(
          "allow",
          Network.list(),
          List.of(),
          "Networks whose clients are served; empty means all. Loopback is not in it unless it is"
              + " named.");

  /// Networks that may not.
  public static final Key<List<Network>> DENY =
      Key.of(
          "deny",
          Network.list(),
          List.of(),
          "Networks whose clients are refused with 403, also where `allow` has them.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "access",
          "Who may use the package listener, and the listeners that mirrors and repositories have"
              + " for themselves. What counts is the address a connection comes from: behind a"
              + " reverse proxy that is the proxy's. The console is not touched by this.",
          false,
          List.of(ALLOW, DENY));

  /// Takes defensive copies.
  public Admission {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /// Reads `[access]`.
  static Admission read(Section section) {
    return new Admission(section.get(ALLOW), section.get(DENY));
  }

  /// Whether a client at `address` is served. Asked once for each connection.
  boolean admits(InetAddress address) {
    if (deny.stream().anyMatch(network -> network.contains(address))) {
      return false;
    }
    return allow.isEmpty() || allow.stream().anyMatch(network -> network.contains(address));
  }
}
