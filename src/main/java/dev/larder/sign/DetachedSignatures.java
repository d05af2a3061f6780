package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.jspecify.annotations.Nullable;

/// The signatures in one `.sig` file, being checked: first against the keys, then fed the bytes of
/// the file once for all of them, then asked for the verdict.
final class DetachedSignatures {
  private static final int MAX_SIZE = 16_384; // pacman's own limit
  private static final int MAX_SIGNATURES = 16;
  private static final int MAX_CANDIDATES = 16; // each hashes the whole file
  private static final int MAX_FAULTS = 4;

  private static final Set<Integer> STRONG_HASHES =
      Set.of(
          HashAlgorithmTags.SHA224,
          HashAlgorithmTags.SHA256,
          HashAlgorithmTags.SHA384,
          HashAlgorithmTags.SHA512,
          HashAlgorithmTags.SHA3_256,
          HashAlgorithmTags.SHA3_512);

  // A signature that demands to be understood in a way we do not is not good (RFC 9580, 5.2.3.7).
  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          SignatureSubpacketTags.CREATION_TIME,
          SignatureSubpacketTags.EXPIRE_TIME,
          SignatureSubpacketTags.EXPORTABLE,
          SignatureSubpacketTags.REVOCABLE,
          SignatureSubpacketTags.ISSUER_KEY_ID,
          SignatureSubpacketTags.ISSUER_FINGERPRINT,
          SignatureSubpacketTags.SIGNER_USER_ID,
          SignatureSubpacketTags.POLICY_URL,
          SignatureSubpacketTags.KEY_FLAGS);

  private final TrustedKeys keys;
  private final Instant now;
  private final List<Candidate> candidates = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  private record Candidate(PGPSignature signature, TrustedKey key) {}

  private DetachedSignatures(TrustedKeys keys, Instant now) {
    this.keys = keys;
    this.now = now;
  }

  /// Reads `signature` and looks up who made it.
  ///
  /// @param now to know whether a signature that expires has done so
  static DetachedSignatures of(byte[] signature, TrustedKeys keys, Instant now) {
    DetachedSignatures signatures = new DetachedSignatures(keys, now);
    signatures.read(signature);
    return signatures;
  }

  /// Feeds bytes of the file.
  void update(byte[] bytes, int length) {
    for (Candidate candidate : candidates) {
      candidate.signature.update(bytes, 0, length);
    }
  }

  /// The verdict, once the whole file was fed.
  Keyring.Verdict verdict() {
    for (Candidate candidate : candidates) {
      String fingerprint = candidate.key.fingerprint();
      try {
        if (candidate.signature.verify()) {
          return new Keyring.Verdict.Good(fingerprint);
        }
        faults.add("the signature by key " + fingerprint + " does not match the file");
      } catch (PGPException | RuntimeException e) {
        // Impossible numbers in a signature; the library throws either.
        faults.add("the signature by key " + fingerprint + " is damaged");
      }
    }
    String why = String.join("; ", faults.subList(0, Math.min(faults.size(), MAX_FAULTS)));
    int more = faults.size() - MAX_FAULTS;
    return new Keyring.Verdict.Bad(more > 0 ? why + "; and " + more + " more faults" : why);
  }

  private void read(byte[] bytes) {
    String fault = formFault(bytes);
    if (fault != null) {
      faults.add(fault);
      return;
    }
    BcPGPObjectFactory factory = new BcPGPObjectFactory(new ByteArrayInputStream(bytes));
    int count = 0;
    try {
      for (Object object = factory.nextObject(); object != null; object = factory.nextObject()) {
        if (!(object instanceof PGPSignatureList list)) {
          faults.add("the signature file holds something other than signatures");
          break;
        }
        for (PGPSignature signature : list) {
          if (++count > MAX_SIGNATURES) {
            faults.add("only the first " + MAX_SIGNATURES + " signatures were checked");
            return;
          }
          consider(signature);
        }
      }
    } catch (IOException | RuntimeException e) {
      // The library throws either about packets it cannot make sense of.
      faults.add("the signature file is damaged");
    }
    if (count == 0 && faults.isEmpty()) {
      faults.add("the signature file holds no signature");
    }
  }

  private static @Nullable String formFault(byte[] bytes) {
    if (bytes.length == 0) {
      return "the signature is empty";
    }
    if (bytes.length > MAX_SIZE) {
      return "the signature is larger than " + MAX_SIZE + " bytes";
    }
    if ((bytes[0] & 0x80) != 0) {
      return null;
    }
    String head = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1);
    return head.strip().startsWith("-----BEGIN PGP")
        ? "the signature is armored, which pacman refuses; make a binary one"
        : "the signature is not an OpenPGP signature";
  }

  private void consider(PGPSignature signature) {
    String fault = fault(signature);
    if (fault != null) {
      faults.add(fault);
      return;
    }
    Collection<TrustedKey> signers = keys.find(signature.getKeyIdentifiers());
    if (signers.isEmpty()) {
      faults.add("the signature was made by unknown key " + keyId(signature.getKeyID()));
    }
    for (TrustedKey key : signers) {
      String objection = keys.objection(key, signature.getCreationTime().toInstant());
      if (objection != null) {
        faults.add("the signature was made by key " + key.fingerprint() + ", which " + objection);
      } else {
        addCandidate(signature, key);
      }
    }
  }

  private void addCandidate(PGPSignature signature, TrustedKey key) {
    if (candidates.size() >= MAX_CANDIDATES) {
      faults.add("only the first " + MAX_CANDIDATES + " possible signers were tried");
      return;
    }
    try {
      if (signature.getKeyAlgorithm() == key.key().getAlgorithm()) {
        signature.init(new PlatformVerifiers(), key.key());
        candidates.add(new Candidate(signature, key));
        return;
      }
    } catch (PGPException | RuntimeException e) {
      // An algorithm the library does not know, or a key that is not on its curve: either.
    }
    faults.add("the signature by key " + key.fingerprint() + " cannot be checked");
  }

  private @Nullable String fault(PGPSignature signature) {
    PGPSignatureSubpacketVector hashed = signature.getHashedSubPackets();
    if (signature.getVersion() < 4 || hashed == null) {
      return "the signature is of version " + signature.getVersion() + ", which is too old";
    }
    if (signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
      return "the signature is of type 0x%02x and not over a file"
          .formatted(signature.getSignatureType());
    }
    if (!STRONG_HASHES.contains(signature.getHashAlgorithm())) {
      return "the signature uses the hash algorithm "
          + hashName(signature.getHashAlgorithm())
          + ", which is too weak";
    }
    if (!hashed.hasSubpacket(SignatureSubpacketTags.CREATION_TIME)) {
      return "the signature does not say when it was made";
    }
    for (int tag : hashed.getCriticalTags()) {
      if (!UNDERSTOOD.contains(tag)) {
        return "the signature has a critical part of unknown meaning, type " + tag;
      }
    }
    long seconds = hashed.getSignatureExpirationTime();
    Instant expires = signature.getCreationTime().toInstant().plusSeconds(seconds);
    return seconds > 0 && !now.isBefore(expires) ? "the signature expired at " + expires : null;
  }

  private static String keyId(long id) {
    return "%016X".formatted(id);
  }

  private static String hashName(int algorithm) {
    return switch (algorithm) {
      case HashAlgorithmTags.MD5 -> "MD5";
      case HashAlgorithmTags.SHA1 -> "SHA-1";
      case HashAlgorithmTags.RIPEMD160 -> "RIPEMD-160";
      default -> String.format(Locale.ROOT, "number %d", algorithm);
    };
  }
}
