package dev.larder;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Socket addresses as they stand in a URL.
final class Addresses {
  private Addresses() {}

  /// `127.0.0.1:8080` or `[::1]:8080`; an address that means all addresses is shown as loopback, to
  /// which it also listens.
  static String text(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    if (host.isAnyLocalAddress()) {
      return (host instanceof Inet6Address ? "[::1]" : "127.0.0.1") + ":" + address.getPort();
    }
    String text = host.getHostAddress();
    return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + address.getPort();
  }
}
