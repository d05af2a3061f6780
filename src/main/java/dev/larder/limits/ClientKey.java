package dev.larder.limits;

import dev.larder.config.Network;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// Who counts as one client: an IPv4 address, or an IPv6 network. Two numbers, since there is one
/// for each connection.
///
/// @param high first half of an IPv6 address
/// @param low second half; an IPv4 address is written as IPv6 (`::ffff:192.0.2.7`)
/// @param bits how many leading bits count, of 128
record ClientKey(long high, long low, int bits) {
  private static final long MAPPED = 0xffffL << Integer.SIZE;

  /// The client at `address`.
  ///
  /// @param prefix how many leading bits of an IPv6 address count
  static ClientKey of(InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    if (bytes.length == Integer.BYTES) {
      long four = Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt());
      return new ClientKey(0, MAPPED | four, 2 * Long.SIZE);
    }
    ByteBuffer halves = ByteBuffer.wrap(bytes);
    long high = halves.getLong();
    long low = halves.getLong();
    // A dual-stack socket may give an IPv4 client as IPv6.
    if (high == 0 && low >>> Integer.SIZE == MAPPED >>> Integer.SIZE) {
      return new ClientKey(0, low, 2 * Long.SIZE);
    }
    return new ClientKey(high & mask(prefix), low & mask(prefix - Long.SIZE), prefix);
  }

  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
  }

  /// As a network is written: `192.0.2.7`, `2001:db8::/64`.
  String text() {
    byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
    try {
      // A mapped address becomes one of IPv4 here.
      InetAddress address = InetAddress.getByAddress(bytes);
      int length = address.getAddress().length * Byte.SIZE;
      return new Network(address, Math.min(bits, length)).text();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has sixteen bytes", e);
    }
  }
}
