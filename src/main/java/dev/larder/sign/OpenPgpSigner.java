package dev.larder.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key that makes OpenPGP signatures, wherever its secret lies. Safe for use by many threads.
public interface OpenPgpSigner {
  /// Signs the bytes of a file.
  ///
  /// @return a detached binary signature (RFC 9580, 5.2), as pacman wants it: not armored
  /// @throws IOException if the file cannot be read, or whoever holds the secret does not sign
  byte[] sign(Path file) throws IOException;

  /// The fingerprint of the primary key in upper-case hexadecimal.
  String fingerprint();

  /// The public key with its user ID, armored, as `pacman-key --add` takes it.
  byte[] publicKey();

  /// When it stops being valid; null if it does not.
  @Nullable Instant expires();
}
