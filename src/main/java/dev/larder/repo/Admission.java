package dev.larder.repo;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Network;
import dev.larder.config.Section;
import java.net.InetAddress;
import java.util.List;

/// Which networks are served: by all package listeners (`[access]`), or by one mirror or
/// repository. Whoever is in `deny` is not, whatever else is said; if there are networks in
/// `allow`, only who is in one of them is.
///
/// @param allow empty if everybody is allowed
/// @param deny goes before `allow`
public record Admission(List<Network> allow, List<Network> deny) {
  /// Everybody may.
  public static final Admission OPEN = new Admission(List.of(), List.of());

  /// Networks that may.
  private static final Key<List<Network>> ALLOW =
      Key.of(
          "allow",
          Network.list(),
          List.of(),
          "Networks whose clients are served; empty means all. Loopback is not in it unless it is"
              + " named.");

  /// Networks that may not.
  private static final Key<List<Network>> DENY =
      Key.of(
          "deny",
          Network.list(),
          List.of(),
          "Networks whose clients are refused with 403, also where `allow` has them, here or in the"
              + " table of a mirror or repository.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "access",
          "Who may use the package listener, and the listeners that mirrors and repositories have"
              + " for themselves. What counts is the address a connection comes from, or the one that"
              + " a proxy of `trusted-proxies` forwards. The console is not touched by this.",
          false,
          List.of(ALLOW, DENY));

  private static final Key<List<Network>> ALLOW_HERE =
      Key.of(
          "allow",
          Network.list(),
          List.of(),
          "Networks whose clients are served, instead of those in `[access]`; empty means that"
              + " `[access]` counts here, too.");

  private static final Key<List<Network>> DENY_HERE =
      Key.of(
          "deny",
          Network.list(),
          List.of(),
          "Networks whose clients are refused with 403, beside those in `[access]`.");

  /// The keys of a mirror or repository, for the reference.
  public static final List<Key<?>> HERE = List.of(ALLOW_HERE, DENY_HERE);

  /// Takes defensive copies.
  public Admission {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /// Reads `[access]`.
  public static Admission read(Section section) {
    return new Admission(section.get(ALLOW), section.get(DENY));
  }

  /// Reads the keys of a mirror or repository.
  public static Admission readHere(Section section) {
    return new Admission(section.get(ALLOW_HERE), section.get(DENY_HERE));
  }

  /// Whether a client at `address` is served.
  public boolean admits(InetAddress address) {
    return !denies(address) && allows(address);
  }

  /// Whether a client at `address` is served by what has these settings, on listeners that have
  /// those of `around`: both may deny, and the nearest `allow` counts.
  public boolean admits(InetAddress address, Admission around) {
    return !denies(address)
        && !around.denies(address)
        && (allow.isEmpty() ? around : this).allows(address);
  }

  /// Whether a client at `address` is in `deny`.
  public boolean denies(InetAddress address) {
    return isIn(deny, address);
  }

  private boolean allows(InetAddress address) {
    return allow.isEmpty() || isIn(allow, address);
  }

  private static boolean isIn(List<Network> networks, InetAddress address) {
    // Asked for every request: no stream.
    for (Network network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
