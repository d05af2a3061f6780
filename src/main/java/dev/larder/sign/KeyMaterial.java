package dev.larder.sign;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A new version of a key.
///
/// @param openPgp else RSA
/// @param fingerprint as [Version#fingerprint()]
/// @param open what clients get
/// @param secret null if it lies in an agent
/// @param agent who has it; null if it lies here
@SuppressWarnings("ArrayRecordComponent") // Opaque and never compared.
record KeyMaterial(
    boolean openPgp,
    String fingerprint,
    byte[] open,
    byte @Nullable [] secret,
    KeyRecord.@Nullable Agent agent) {
  static KeyMaterial of(OpenPgpSecret secret) throws IOException {
    OpenPgpCertificate certificate = secret.certificate();
    return new KeyMaterial(
        true, certificate.fingerprint(), certificate.armored(), secret.encoded(), null);
  }

  static KeyMaterial of(RsaSecret secret) {
    return new KeyMaterial(false, secret.fingerprint(), secret.publicKey(), secret.encoded(), null);
  }

  /// The fingerprint alone.
  @Override
  public String toString() {
    return "KeyMaterial[" + fingerprint + "]";
  }
}
