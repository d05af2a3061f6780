package dev.larder.testing;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake2bDigest;

/// The checksums of FreeBSD's catalogues.
public final class Sums {
  private static final String ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769";

  private Sums() {}

  /// SHA-256 in hexadecimal.
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// `2$` and BLAKE2b-512 in pkg's base 32.
  public static String blake2b(byte[] bytes) {
    Blake2bDigest digest = new Blake2bDigest(512);
    digest.update(bytes, 0, bytes.length);
    byte[] hash = new byte[64];
    digest.doFinal(hash, 0);
    return "2$" + base32(hash);
  }

  // The lowest bits come first.
  private static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      bits |= (b & 0xff) << held;
      held += 8;
      while (held >= 5) {
        text.append(ALPHABET.charAt(bits & 31));
        bits >>= 5;
        held -= 5;
      }
    }
    if (held > 0) {
      text.append(ALPHABET.charAt(bits & 31));
    }
    return text.toString();
  }
}
