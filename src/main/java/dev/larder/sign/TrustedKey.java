package dev.larder.sign;

import java.time.Instant;
import java.util.HexFormat;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.jspecify.annotations.Nullable;

/// A primary key or subkey from the keyring.
///
/// @param key for the arithmetic
/// @param primary the upper-case fingerprint of the primary key; its own if it is one
/// @param standing what the owner states of the key
record TrustedKey(PGPPublicKey key, String primary, Standing standing) {
  /// The upper-case fingerprint of any key.
  static String fingerprint(PGPPublicKey key) {
    return HexFormat.of().withUpperCase().formatHex(key.getFingerprint());
  }

  String fingerprint() {
    return fingerprint(key);
  }

  boolean isPrimary() {
    return primary.equals(fingerprint());
  }

  Instant created() {
    return key.getCreationTime().toInstant();
  }

  /// What another copy of this key adds.
  TrustedKey and(TrustedKey copy) {
    return new TrustedKey(key, primary, standing.and(copy.standing));
  }

  /// Why a signature by this key made at `when` does not count as far as the key itself goes; null
  /// if it does. The primary key of a subkey is asked separately.
  @Nullable String objection(Instant when) {
    return standing.objection(created(), when);
  }
}
