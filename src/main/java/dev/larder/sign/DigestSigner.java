package dev.larder.sign;

import java.io.IOException;
import java.util.List;

/// Whoever holds a secret key and signs hashes with it. Safe for use by many threads.
interface DigestSigner {
  /// Signs a hash of the kind that the key's [KeyAlgorithm#hash()] says.
  ///
  /// @return the numbers of an OpenPGP signature (RFC 9580, 5.2.3.1 to 5.2.3.3), big-endian;
  ///   leading zeros do not matter
  /// @throws IOException if it does not sign; the message says why and what to do
  List<byte[]> sign(byte[] digest) throws IOException;
}
