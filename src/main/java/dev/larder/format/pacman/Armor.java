package dev.larder.format.pacman;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;

/// The ASCII form of OpenPGP data (RFC 9580, 6): base64 between two lines of dashes.
final class Armor {
  private static final String BEGIN = "-----BEGIN PGP ";
  private static final String END = "-----END PGP ";

  private Armor() {}

  /// The binary form of `data`: itself if it is binary, else what its blocks hold, one after
  /// another.
  ///
  /// @throws IllegalArgumentException if it is neither
  static byte[] removed(byte[] data) {
    // RFC 9580, 4.2: the first bit of every packet is set, and of no character.
    if (data.length > 0 && data[0] < 0) {
      return data.clone();
    }
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    Iterator<String> lines = new String(data, StandardCharsets.US_ASCII).lines().iterator();
    while (lines.hasNext()) {
      if (lines.next().startsWith(BEGIN)) {
        binary.writeBytes(block(lines));
      }
    }
    if (binary.size() == 0) {
      throw new IllegalArgumentException("holds no OpenPGP key");
    }
    return binary.toByteArray();
  }

  private static byte[] block(Iterator<String> lines) {
    boolean headers = true;
    StringBuilder base64 = new StringBuilder();
    while (lines.hasNext()) {
      String line = lines.next().strip();
      if (line.startsWith(END)) {
        return Base64.getDecoder().decode(base64.toString());
      }
      if (headers) {
        headers = !line.isEmpty();
      } else if (!line.startsWith("=")) { // a checksum nobody has to look at any more (6.1)
        base64.append(line);
      }
    }
    throw new IllegalArgumentException("ends within an armored block");
  }
}
