package dev.larder.egress;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells public addresses from those a stranger must not send us to: the machine itself, its
/// network, and ranges nobody on the Internet has. After the IANA special-purpose address
/// registries (RFC 6890); documentation ranges are let through, they lead nowhere.
final class AddressGuard {
  private static final List<Network> NOT_PUBLIC =
      List.of(
          Network.of("0.0.0.0", 8, "an unspecified address"),
          Network.of("10.0.0.0", 8, "a private address"),
          Network.of("100.64.0.0", 10, "a carrier-grade NAT address"),
          Network.of("127.0.0.0", 8, "a loopback address"),
          Network.of("169.254.0.0", 16, "a link-local address"),
          Network.of("172.16.0.0", 12, "a private address"),
          Network.of("192.0.0.0", 24, "a protocol assignment"),
          Network.of("192.168.0.0", 16, "a private address"),
          Network.of("198.18.0.0", 15, "a benchmarking address"),
          Network.of("224.0.0.0", 4, "a multicast address"),
          Network.of("240.0.0.0", 4, "a reserved address"),
          Network.of("::", 128, "an unspecified address"),
          Network.of("::1", 128, "a loopback address"),
          Network.of("fe80::", 10, "a link-local address"),
          Network.of("fec0::", 10, "a site-local address"),
          Network.of("fc00::", 7, "a unique local address"),
          Network.of("ff00::", 8, "a multicast address"));

  private static final Network GLOBAL_UNICAST = Network.of("2000::", 3, "");
  private static final Network TEREDO = Network.of("2001::", 32, "");
  private static final Network SIX_TO_FOUR = Network.of("2002::", 16, "");
  private static final Network NAT64 = Network.of("64:ff9b::", 96, "");

  private AddressGuard() {}

  /// Why `address` is not public, as the end of a sentence that starts with it; null if it is.
  static @Nullable String refusal(InetAddress address) {
    byte[] bytes = address.getAddress();
    for (Network network : NOT_PUBLIC) {
      if (network.contains(bytes)) {
        return "is " + network.kind();
      }
    }
    if (address instanceof Inet4Address) {
      return null;
    }
    // A translator or tunnel on our side would turn these into a packet to the address inside.
    if (NAT64.contains(bytes)) {
      return inside(bytes, 12);
    }
    if (SIX_TO_FOUR.contains(bytes)) {
      return inside(bytes, 2);
    }
    if (TEREDO.contains(bytes) || !GLOBAL_UNICAST.contains(bytes)) {
      return "is outside the public address space";
    }
    return null;
  }

  private static @Nullable String inside(byte[] bytes, int offset) {
    InetAddress inner = address(Arrays.copyOfRange(bytes, offset, offset + 4));
    String refusal = refusal(inner);
    return refusal == null ? null : "leads to " + inner.getHostAddress() + ", which " + refusal;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not the length of an address: " + bytes.length, e);
    }
  }

  /// Addresses that begin with the same bits.
  private record Network(InetAddress first, int bits, String kind) {
    static Network of(String start, int bits, String kind) {
      return new Network(InetAddress.ofLiteral(start), bits, kind);
    }

    boolean contains(byte[] address) {
      byte[] start = first.getAddress();
      if (address.length != start.length) {
        return false;
      }
      int whole = bits / 8;
      for (int i = 0; i < whole; i++) {
        if (address[i] != start[i]) {
          return false;
        }
      }
      int mask = 0xff00 >> (bits % 8) & 0xff;
      return mask == 0 || ((address[whole] ^ start[whole]) & mask) == 0;
    }
  }
}
