package dev.larder.mirror;

import dev.larder.egress.RedirectPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[mirror.NAME]` table.
///
/// @param name the table's name: the mirror's name and its path
/// @param format which format the upstream speaks
/// @param upstream base URLs in order of preference; `file:` URLs name a pacman mirrorlist
/// @param listen addresses that serve this mirror alone, at `/`; may be empty
/// @param refresh how far an index may be behind a reachable upstream; zero asks on every index
///   request
/// @param activeFor how long after the last request a root is still polled
/// @param hold how long a client that was handed a generation is taken to use it
/// @param heldGenerations how many superseded generations are kept
/// @param heldFor how long superseded generations are kept at most
/// @param acceptRollbackAfter after how long an older index on which all upstreams agree is taken
/// @param verify what to do about signatures
/// @param keyring file or directory of OpenPGP public keys, or null to check no signatures
/// @param redirects where upstreams may send us
public record MirrorSettings(
    String name,
    String format,
    List<String> upstream,
    List<InetSocketAddress> listen,
    Duration refresh,
    Duration activeFor,
    Duration hold,
    int heldGenerations,
    Duration heldFor,
    Duration acceptRollbackAfter,
    Verify verify,
    @Nullable Path keyring,
    RedirectPolicy redirects) {
  /// What to do about signatures where a keyring is configured.
  public enum Verify {
    /// An index or package without a good signature is refused.
    REQUIRE,
    /// It is served, loudly.
    WARN,
    /// Signatures are not looked at.
    OFF
  }

  /// Takes defensive copies.
  public MirrorSettings {
    upstream = List.copyOf(upstream);
    listen = List.copyOf(listen);
  }
}
