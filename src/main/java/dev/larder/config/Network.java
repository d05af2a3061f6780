package dev.larder.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A network of addresses as people write it (RFC 4632, RFC 4291 section 2.3): `192.0.2.0/24`,
/// `2001:db8::/32`, or one address. IPv4 written as IPv6 (`::ffff:192.0.2.7`) is IPv4.
///
/// @param first its lowest address
/// @param bits how many leading bits all of its addresses share
public record Network(InetAddress first, int bits) {
  private static final Pattern WRITTEN = Pattern.compile("([^/]*)(?:/(\\d{1,3}))?");
  private static final int MAPPED = 0xffff;

  /// Whether `address` is in it. Addresses of the other family never are.
  public boolean contains(InetAddress address) {
    byte[] ours = first.getAddress();
    byte[] theirs = plain(address.getAddress());
    if (ours.length != theirs.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (ours[i] != theirs[i]) {
        return false;
      }
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
  }

  /// A dual-stack socket may give an IPv4 client as `::ffff:192.0.2.7`.
  private static byte[] plain(byte[] address) {
    if (address.length != 16) {
      return address;
    }
    ByteBuffer words = ByteBuffer.wrap(address);
    boolean mapped = words.getLong(0) == 0 && words.getInt(8) == MAPPED;
    return mapped ? new byte[] {address[12], address[13], address[14], address[15]} : address;
  }

  /// Reads what [#text()] writes.
  ///
  /// @throws IllegalArgumentException with a message for the user
  static Network parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          Quoted.text(text) + " is not a network; write an address, a slash and a number of bits");
    }
    InetAddress address = Addresses.parse(matcher.group(1));
    int most = address.getAddress().length * Byte.SIZE;
    int bits = matcher.group(2) == null ? most : Integer.parseInt(matcher.group(2));
    if (bits > most) {
      throw new IllegalArgumentException(
          Quoted.text(text) + " has " + bits + " bits; its addresses have " + most);
    }
    Network network = new Network(masked(address, bits), bits);
    if (!network.first.equals(address)) {
      throw new IllegalArgumentException(
          Quoted.text(text) + " names an address in a network; write " + network.text());
    }
    return network;
  }

  private static InetAddress masked(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    int beyond = bytes.length * Byte.SIZE - bits;
    BigInteger kept = new BigInteger(1, bytes).shiftRight(beyond).shiftLeft(beyond);
    byte[] big = kept.toByteArray();
    byte[] masked = new byte[bytes.length];
    int length = Math.min(big.length, masked.length);
    System.arraycopy(big, big.length - length, masked, masked.length - length, length);
    try {
      return InetAddress.getByAddress(masked);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address kept its length", e);
    }
  }

  /// As it stands in the configuration; one address is written without its bits.
  public String text() {
    String address = Addresses.format(first);
    return bits == first.getAddress().length * Byte.SIZE ? address : address + "/" + bits;
  }

  /// A list of networks, for a key.
  public static Type<List<Network>> list() {
    return Type.list(
        "list of networks", Type.text("network", "192.0.2.0/24", Network::parse, Network::text));
  }
}
