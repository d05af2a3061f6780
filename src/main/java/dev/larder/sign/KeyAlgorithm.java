package dev.larder.sign;

import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gnu.GNUObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.bcpg.ECDSAPublicBCPGKey;
import org.bouncycastle.bcpg.ECPublicBCPGKey;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.jspecify.annotations.Nullable;

/// An OpenPGP algorithm that repositories may be signed with: one that the gpg of every pacman
/// verifies.
sealed interface KeyAlgorithm {
  /// As GnuPG names it: `ed25519`, `rsa4096`, `nistp256`.
  String id();

  /// What the algorithm signs.
  SignatureHash hash();

  /// EdDSA on Curve 25519 as GnuPG has written it since 2.1.
  record Ed25519() implements KeyAlgorithm {
    @Override
    public String id() {
      return "ed25519";
    }

    // As strong as the curve, and processors compute it three times as fast as SHA-512: databases
    // are signed with every change.
    @Override
    public SignatureHash hash() {
      return SignatureHash.SHA256;
    }
  }

  /// RSA.
  ///
  /// @param bits of the modulus
  record Rsa(int bits) implements KeyAlgorithm {
    @Override
    public String id() {
      return "rsa" + bits;
    }

    @Override
    public SignatureHash hash() {
      return SignatureHash.SHA512;
    }
  }

  /// ECDSA on one of NIST's curves, signing a hash of its size.
  ///
  /// @param id of the curve in GnuPG
  /// @param standardName in Java
  record Nist(String id, String standardName, SignatureHash hash) implements KeyAlgorithm {}

  /// ECDSA's curves.
  Map<ASN1ObjectIdentifier, Nist> CURVES =
      Map.of(
          SECObjectIdentifiers.secp256r1,
          new Nist("nistp256", "secp256r1", SignatureHash.SHA256),
          SECObjectIdentifiers.secp384r1,
          new Nist("nistp384", "secp384r1", SignatureHash.SHA384),
          SECObjectIdentifiers.secp521r1,
          new Nist("nistp521", "secp521r1", SignatureHash.SHA512));

  /// The fewest bits of an RSA key.
  int MIN_RSA_BITS = 2048;

  /// The algorithm of `key`; null if it is none of these.
  static @Nullable KeyAlgorithm orNull(PGPPublicKey key) {
    return fault(key) != null
        ? null
        : switch (key.getAlgorithm()) {
          case PublicKeyAlgorithmTags.RSA_GENERAL -> new Rsa(key.getBitStrength());
          case PublicKeyAlgorithmTags.ECDSA ->
              CURVES.get(((ECDSAPublicBCPGKey) key.getPublicKeyPacket().getKey()).getCurveOID());
          default -> new Ed25519();
        };
  }

  /// Why nothing may be signed with a key such as `key`: `is a DSA key`. Null if it may.
  static @Nullable String fault(PGPPublicKey key) {
    if (key.getVersion() != PublicKeyPacket.VERSION_4) {
      return "is of version %d, and pacman's gpg takes version 4".formatted(key.getVersion());
    }
    return switch (key.getAlgorithm()) {
      case PublicKeyAlgorithmTags.RSA_GENERAL ->
          key.getBitStrength() < MIN_RSA_BITS
              ? "has %d bits, fewer than %d".formatted(key.getBitStrength(), MIN_RSA_BITS)
              : null;
      case PublicKeyAlgorithmTags.EDDSA_LEGACY ->
          GNUObjectIdentifiers.Ed25519.equals(curve(key)) ? null : "is on an unusual curve";
      case PublicKeyAlgorithmTags.ECDSA ->
          CURVES.containsKey(curve(key)) ? null : "is on an unusual curve";
      case PublicKeyAlgorithmTags.DSA -> "is a DSA key, which is no longer safe";
      case PublicKeyAlgorithmTags.Ed25519, PublicKeyAlgorithmTags.Ed448 ->
          "is in the form of RFC 9580, which pacman's gpg does not know";
      default -> "is not for signing";
    };
  }

  private static @Nullable ASN1ObjectIdentifier curve(PGPPublicKey key) {
    return key.getPublicKeyPacket().getKey() instanceof ECPublicBCPGKey elliptic
        ? elliptic.getCurveOID()
        : null;
  }
}
