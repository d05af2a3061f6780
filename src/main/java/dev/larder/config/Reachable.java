package dev.larder.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// At which URL this machine reaches a listener of its own.
public final class Reachable {
  private Reachable() {}

  /// `http://127.0.0.1:8080`, without a slash at the end. An address that means all addresses is
  /// shown as loopback, on which it listens too.
  public static String url(String scheme, InetSocketAddress address) {
    InetAddress host = address.getAddress();
    InetSocketAddress near =
        host.isAnyLocalAddress()
            ? new InetSocketAddress(
                InetAddress.ofLiteral(host instanceof Inet6Address ? "::1" : "127.0.0.1"),
                address.getPort())
            : address;
    return scheme + "://" + Addresses.format(near);
  }
}
