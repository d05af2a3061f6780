package dev.larder.sign;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.jspecify.annotations.Nullable;

/// Works out what the owner of a key states of it and its subkeys (RFC 9580, 5.2.3.10 and 10.1):
/// expiry and use from the newest valid self-signature, subkeys only if bound to the primary key,
/// and for signing also back again, revocations if made by the key itself.
///
/// Self-signatures made with SHA-1 count, as they do for GnuPG: the keys of many packagers have no
/// others, and whoever could exploit that would first have to write the keyring. Revocations by a
/// designated revoker are not looked at.
final class SelfSignatures {
  private static final int WEAKEST_VERSION = 4;
  private static final Set<Integer> BROKEN = Set.of(HashAlgorithmTags.MD5);
  private static final Set<Integer> WEAK =
      Set.of(HashAlgorithmTags.MD5, HashAlgorithmTags.SHA1, HashAlgorithmTags.RIPEMD160);

  private final PGPPublicKey primary;
  private final PGPPublicKeyRing ring;
  private final Set<Integer> refused;

  private SelfSignatures(PGPPublicKeyRing ring, Set<Integer> refused) {
    this.ring = ring;
    this.primary = ring.getPublicKey();
    this.refused = refused;
  }

  /// The keys of `ring`, each with its standing. Keys that can only encrypt are left out.
  static List<TrustedKey> examine(PGPPublicKeyRing ring) {
    return new SelfSignatures(ring, BROKEN).keys();
  }

  /// The same, without what SHA-1 vouches for: newer programs do not believe it, so a key of ours
  /// must not need it.
  static List<TrustedKey> examineStrictly(PGPPublicKeyRing ring) {
    return new SelfSignatures(ring, WEAK).keys();
  }

  private List<TrustedKey> keys() {
    String fingerprint = TrustedKey.fingerprint(primary);
    List<TrustedKey> keys = new ArrayList<>();
    keys.add(new TrustedKey(primary, fingerprint, primaryStanding()));
    for (PGPPublicKey key : ring) {
      if (key.getKeyID() != primary.getKeyID() && canSign(key)) {
        keys.add(new TrustedKey(key, fingerprint, subkeyStanding(key)));
      }
    }
    return keys;
  }

  private Standing primaryStanding() {
    PGPSignature certification = null;
    for (Iterator<byte[]> ids = primary.getRawUserIDs(); ids.hasNext(); ) {
      byte[] id = ids.next();
      Iterator<PGPSignature> signatures = primary.getSignaturesForID(id);
      certification = newer(certification, newest(signatures, s -> isCertification(s, id)));
    }
    PGPSignature direct =
        newest(
            primary.getSignaturesOfType(PGPSignature.DIRECT_KEY),
            signature -> signature.verifyCertification(primary));
    Instant revoked =
        revocation(
            PGPSignature.KEY_REVOCATION,
            primary,
            signature -> signature.verifyCertification(primary));
    PGPSignature newest = newer(certification, direct);
    if (newest == null) {
      return new Standing(Instant.MIN, null, false, revoked);
    }
    // A direct signature speaks for the key where it says something, else the user IDs' do.
    PGPSignature expiry = speaking(direct, certification, SignatureSubpacketTags.KEY_EXPIRE_TIME);
    PGPSignature flags = speaking(direct, certification, SignatureSubpacketTags.KEY_FLAGS);
    return new Standing(
        made(newest), expires(primary, expiry), allowsSigning(primary, flags), revoked);
  }

  private boolean isCertification(PGPSignature signature, byte[] id) throws PGPException {
    return PGPSignature.isCertification(signature.getSignatureType())
        && signature.verifyCertification(id, primary);
  }

  private Standing subkeyStanding(PGPPublicKey subkey) {
    PGPSignature binding =
        newest(
            subkey.getSignaturesOfType(PGPSignature.SUBKEY_BINDING),
            signature -> signature.verifyCertification(primary, subkey));
    Instant revoked =
        revocation(
            PGPSignature.SUBKEY_REVOCATION,
            subkey,
            signature -> signature.verifyCertification(primary, subkey));
    if (binding == null) {
      return new Standing(Instant.MIN, null, false, revoked);
    }
    boolean maySign = allowsSigning(subkey, binding) && bindsBack(binding, subkey);
    return new Standing(made(binding), expires(subkey, binding), maySign, revoked);
  }

  // Without the subkey's own signature over the primary key anybody could claim another's subkey,
  // and its signatures, as his.
  private boolean bindsBack(PGPSignature binding, PGPPublicKey subkey) {
    return embedded(binding.getHashedSubPackets(), subkey)
        || embedded(binding.getUnhashedSubPackets(), subkey);
  }

  private boolean embedded(@Nullable PGPSignatureSubpacketVector packets, PGPPublicKey subkey) {
    if (packets == null) {
      return false;
    }
    PGPSignatureList embedded;
    try {
      embedded = packets.getEmbeddedSignatures();
    } catch (PGPException | RuntimeException e) {
      return false; // a damaged packet vouches for nothing; the library throws either
    }
    for (PGPSignature signature : embedded) {
      if (signature.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING
          && !refused.contains(signature.getHashAlgorithm())
          && holds(signature, subkey, s -> s.verifyCertification(primary, subkey))) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Instant revocation(int type, PGPPublicKey of, Check check) {
    Instant earliest = null;
    for (Iterator<PGPSignature> all = of.getSignaturesOfType(type); all.hasNext(); ) {
      PGPSignature revocation = all.next();
      if (!byPrimary(revocation) || !holds(revocation, primary, check)) {
        continue;
      }
      // Superseded or retired keys signed honestly before; of any other nothing is known.
      Instant since = revocation.isHardRevocation() ? Instant.MIN : made(revocation);
      if (earliest == null || since.isBefore(earliest)) {
        earliest = since;
      }
    }
    return earliest;
  }

  private @Nullable PGPSignature newest(@Nullable Iterator<PGPSignature> all, Check check) {
    PGPSignature newest = null;
    while (all != null && all.hasNext()) {
      PGPSignature signature = all.next();
      if (byPrimary(signature)
          && signature.getVersion() >= WEAKEST_VERSION
          && !refused.contains(signature.getHashAlgorithm())
          && holds(signature, primary, check)) {
        newest = newer(newest, signature);
      }
    }
    return newest;
  }

  private boolean byPrimary(PGPSignature signature) {
    return signature.getKeyID() == primary.getKeyID();
  }

  private interface Check {
    boolean verify(PGPSignature signature) throws PGPException;
  }

  private static boolean holds(PGPSignature signature, PGPPublicKey by, Check check) {
    try {
      signature.init(new PlatformVerifiers(), by);
      return check.verify(signature);
    } catch (PGPException | RuntimeException e) {
      return false; // unknown algorithms and impossible numbers; the library throws either
    }
  }

  private static @Nullable PGPSignature newer(@Nullable PGPSignature a, @Nullable PGPSignature b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Comparator.comparing(SelfSignatures::made).compare(a, b) < 0 ? b : a;
  }

  private static @Nullable PGPSignature speaking(
      @Nullable PGPSignature first, @Nullable PGPSignature second, int tag) {
    boolean speaks = first != null && first.getHashedSubPackets().hasSubpacket(tag);
    return speaks || second == null ? first : second;
  }

  private static Instant made(PGPSignature signature) {
    return signature.getCreationTime().toInstant();
  }

  private static @Nullable Instant expires(PGPPublicKey key, @Nullable PGPSignature signature) {
    long seconds = signature == null ? 0 : signature.getHashedSubPackets().getKeyExpirationTime();
    return seconds <= 0 ? null : key.getCreationTime().toInstant().plusSeconds(seconds);
  }

  private static boolean allowsSigning(PGPPublicKey key, @Nullable PGPSignature signature) {
    if (signature == null
        || !signature.getHashedSubPackets().hasSubpacket(SignatureSubpacketTags.KEY_FLAGS)) {
      return canSign(key);
    }
    return canSign(key)
        && (signature.getHashedSubPackets().getKeyFlags() & KeyFlags.SIGN_DATA) != 0;
  }

  private static boolean canSign(PGPPublicKey key) {
    return key.getVersion() >= WEAKEST_VERSION
        && switch (key.getAlgorithm()) {
          case PublicKeyAlgorithmTags.RSA_GENERAL,
              PublicKeyAlgorithmTags.DSA,
              PublicKeyAlgorithmTags.ECDSA,
              PublicKeyAlgorithmTags.EDDSA_LEGACY,
              PublicKeyAlgorithmTags.Ed25519,
              PublicKeyAlgorithmTags.Ed448 ->
              true;
          default -> false;
        };
  }
}
