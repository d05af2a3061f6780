package dev.larder.serve;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Who asks, found out once for each request: see [Proxies].
///
/// @param address of the client: that of the connection, or the one a trusted proxy forwarded
/// @param peer whom the connection comes from: the client, or the proxy next to us
/// @param scheme `http` or `https` as the client used it towards the proxy; null if no proxy says
/// @param host host and port as the client knows them; null if no proxy says
record Client(
    InetAddress address, InetAddress peer, @Nullable String scheme, @Nullable String host) {
  /// One that nobody stands before.
  static Client direct(InetAddress address) {
    return new Client(address, address, null, null);
  }

  /// Whether a proxy speaks for it.
  boolean isForwarded() {
    return scheme != null || host != null || !peer.equals(address);
  }
}
