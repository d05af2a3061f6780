package dev.larder.sign;

import java.io.IOException;

/// An RSA key that signs FreeBSD catalogues. Safe for use by many threads.
public interface RsaSigner {
  /// Signs the SHA-256 of `message`: RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
  ///
  /// @return as many bytes as the key's modulus has
  /// @throws IOException if whoever holds the secret does not sign
  byte[] sign(byte[] message) throws IOException;

  /// The public key in PEM (`BEGIN PUBLIC KEY`, RFC 7468, 13), with a newline at its end. Always
  /// the same bytes: pkg's fingerprints are checksums of them.
  byte[] publicKey();
}
