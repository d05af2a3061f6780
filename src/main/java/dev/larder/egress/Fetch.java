package dev.larder.egress;

import java.net.URI;
import java.util.Map;
import java.util.Set;

/// One GET request to an upstream.
///
/// @param uri absolute, http or https; its path is already percent-encoded
/// @param headers further request headers, such as `Range` or `If-None-Match`
/// @param redirects where the server may send us
/// @param configuredHosts lower-case hosts that stand in the configuration: allowed to have private
///   addresses
public record Fetch(
    URI uri, Map<String, String> headers, RedirectPolicy redirects, Set<String> configuredHosts) {
  /// Takes defensive copies.
  public Fetch {
    headers = Map.copyOf(headers);
    configuredHosts = Set.copyOf(configuredHosts);
  }
}
