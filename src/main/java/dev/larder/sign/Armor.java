package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.bcpg.ArmoredInputStream;

/// The ASCII form of OpenPGP data (RFC 9580, 6).
public final class Armor {
  private static final String BEGIN = "-----BEGIN PGP ";
  private static final String END = "-----END PGP ";

  private Armor() {}

  /// The binary form of `data`: itself if it is binary, else what its blocks hold, one after
  /// another. The checksum of a block is not looked at, as nobody has to any more (6.1).
  ///
  /// @throws IllegalArgumentException if it is neither
  public static byte[] removed(byte[] data) {
    // RFC 9580, 4.2: the first bit of every packet is set, and of no character.
    if (data.length > 0 && data[0] < 0) {
      return data.clone();
    }
    String text = new String(data, StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    int end = 0;
    for (int start = text.indexOf(BEGIN); start >= 0; start = text.indexOf(BEGIN, end)) {
      int last = text.indexOf(END, start);
      if (last < 0) {
        throw new IllegalArgumentException("ends within an armored block");
      }
      int line = text.indexOf('\n', last);
      end = line < 0 ? text.length() : line;
      binary.writeBytes(block(text.substring(start, end) + "\n"));
    }
    if (binary.size() == 0) {
      throw new IllegalArgumentException("holds no OpenPGP key");
    }
    return binary.toByteArray();
  }

  private static byte[] block(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    try (ArmoredInputStream block =
        ArmoredInputStream.builder().setIgnoreCRC(true).build(new ByteArrayInputStream(bytes))) {
      return block.readAllBytes();
    } catch (IOException | RuntimeException e) {
      // The library throws either about what is no base64.
      throw new IllegalArgumentException("holds a damaged armored block: " + e.getMessage(), e);
    }
  }
}
