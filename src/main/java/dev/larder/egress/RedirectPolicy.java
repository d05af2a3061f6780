package dev.larder.egress;

import java.util.Set;

/// Where a fetched server may send us. Private, loopback and link-local addresses are never
/// followed to unless the host stands in the configuration, whatever the policy.
public sealed interface RedirectPolicy {
  /// Only to hosts that share the last two labels of the host that redirects.
  record SameDomain() implements RedirectPolicy {}

  /// To any host with a public address.
  record Public() implements RedirectPolicy {}

  /// To these hosts and those of the configuration.
  ///
  /// @param names lower-case host names
  record Hosts(Set<String> names) implements RedirectPolicy {
    /// Takes a defensive copy.
    public Hosts {
      names = Set.copyOf(names);
    }
  }
}
