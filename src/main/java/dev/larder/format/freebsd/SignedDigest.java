package dev.larder.format.freebsd;

import dev.larder.sign.RsaKey;
import dev.larder.store.Checksum;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/// What pkg signs of a file: not its bytes, but the 64 hexadecimal digits of their SHA-256, as
/// ASCII (`pkgsign_ossl.c`).
final class SignedDigest {
  private final byte[] hex;

  private SignedDigest(Checksum sha256) {
    this.hex = sha256.hex().getBytes(StandardCharsets.US_ASCII);
  }

  /// Reads `bytes` to their end.
  static SignedDigest of(InputStream bytes) throws IOException {
    MessageDigest sha256 = Checksum.Algorithm.SHA256.digest();
    byte[] buffer = new byte[1 << 16];
    for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
      sha256.update(buffer, 0, n);
    }
    return new SignedDigest(Checksum.of(Checksum.Algorithm.SHA256, sha256));
  }

  /// Whether `signature` was made as pkg makes it since OpenSSL 3: RSA over the SHA-256 of the
  /// digits.
  boolean isSignedBy(RsaKey key, byte[] signature) {
    return key.hasSigned(hex, signature);
  }

  /// Whether `signature` was made as pkg made it before, when it called the digits, and the NUL
  /// after them, a SHA-1. Clients with a configured key still take it.
  boolean isSignedAsBefore(RsaKey key, byte[] signature) {
    return key.hasSignedAsSha1(Arrays.copyOf(hex, hex.length + 1), signature)
        || key.hasSignedAsSha1(hex, signature);
  }
}
