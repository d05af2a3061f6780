package dev.larder.format.freebsd;

import dev.larder.format.IndexTrust.Verdict;
import dev.larder.sign.RsaKey;
import dev.larder.store.Checksum;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Whom an operator trusts, and what that means for the signatures in a catalogue. Whatever is
/// called good here, every client with the same trust takes (`pkg_repo.c`).
sealed interface PkgKeys {
  /// Judges the members of a catalogue that are not its payload.
  Verdict check(Map<String, byte[]> signatures, SignedDigest payload);

  /// Judges a signature that names its key; whether it fits its file was seen elsewhere.
  Verdict check(BootstrapSignature signature);

  /// A public key the clients have as well (`signature_type: "pubkey"`).
  record OneKey(RsaKey key) implements PkgKeys {
    @Override
    public Verdict check(Map<String, byte[]> signatures, SignedDigest payload) {
      byte[] bytes = signatures.get(CatalogueArchive.SIGNATURE);
      if (bytes == null) {
        return new Verdict.Bad("it holds no signature");
      }
      Typed signature = Typed.of(bytes);
      // An RSA key makes no other signatures: not unchecked, but wrong.
      return signature.isRsa() && isGood(payload, withoutNul(signature.bytes()))
          ? new Verdict.Good()
          : new Verdict.Bad("its signature was not made over it by the configured key");
    }

    /// Whether `signature` is this key's over the file with this digest.
    boolean isGood(SignedDigest file, byte[] signature) {
      return file.isSignedBy(key, signature) || file.isSignedAsBefore(key, signature);
    }

    // pkg writes a NUL after the signature and clients take one away, even from a signature that
    // ends in one and was written without.
    private static byte[] withoutNul(byte[] signature) {
      int length = signature.length;
      return length > 0 && signature[length - 1] == 0
          ? Arrays.copyOf(signature, length - 1)
          : signature;
    }

    @Override
    public Verdict check(BootstrapSignature signature) {
      return new Verdict.Unchecked(
          "it is for clients that trust fingerprints, and a public key is configured");
    }
  }

  /// Fingerprints of public keys (`signature_type: "fingerprints"`); the keys come with the
  /// signatures. One good signature by a trusted key is enough, so that a repository can be signed
  /// by an old and a new key for a while; one revoked key is too many.
  ///
  /// @param trusted SHA-256 in lower-case hexadecimal
  /// @param revoked likewise
  record Fingerprints(Set<String> trusted, Set<String> revoked) implements PkgKeys {
    /// A signature and the key it came with.
    private record Pair(Typed signature, Typed key, boolean trusted) {}

    @Override
    public Verdict check(Map<String, byte[]> signatures, SignedDigest payload) {
      List<Pair> pairs = new ArrayList<>();
      for (String name : new TreeMap<>(signatures).keySet()) {
        if (name.equals(CatalogueArchive.SIGNATURE)) {
          continue;
        }
        String stem = name.substring(0, name.length() - CatalogueArchive.SIGNED.length());
        byte[] signature = signatures.get(stem + CatalogueArchive.SIGNED);
        byte[] key = signatures.get(stem + CatalogueArchive.KEY);
        if (signature == null || key == null) {
          return new Verdict.Bad("a signature in it has no key, or a key no signature");
        }
        if (name.endsWith(CatalogueArchive.SIGNED)) {
          Typed typed = Typed.of(key);
          String fingerprint = Checksum.sha256(typed.bytes()).hex();
          if (revoked.contains(fingerprint)) {
            return new Verdict.Bad(
                "it is signed with the key " + fingerprint + ", which is revoked");
          }
          pairs.add(new Pair(Typed.of(signature), typed, trusted.contains(fingerprint)));
        }
      }
      return pairs.isEmpty()
          ? new Verdict.Bad("it holds no signature with a key")
          : judge(pairs.stream().filter(Pair::trusted).toList(), payload);
    }

    private static Verdict judge(List<Pair> pairs, SignedDigest payload) {
      Verdict verdict = new Verdict.Bad("no trusted key has signed it");
      for (Pair pair : pairs) {
        RsaKey key = RsaKey.orNull(pair.key.bytes());
        boolean rsa = pair.signature.isRsa() && pair.key.isRsa();
        if (key != null && rsa && payload.isSignedBy(key, pair.signature.bytes())) {
          return new Verdict.Good();
        }
        // What calls itself of another kind is, unless its key is RSA after all: then somebody only
        // wants it not to be checked.
        if (key == null && !rsa) {
          verdict = (pair.signature.isRsa() ? pair.key : pair.signature).unchecked();
          continue;
        }
        if (verdict instanceof Verdict.Bad) {
          verdict = new Verdict.Bad("its signature by a trusted key was not made over it");
        }
      }
      return verdict;
    }

    @Override
    public Verdict check(BootstrapSignature signature) {
      String fingerprint = Checksum.sha256(signature.key()).hex();
      if (revoked.contains(fingerprint)) {
        return new Verdict.Bad("it is signed with the key " + fingerprint + ", which is revoked");
      }
      if (!trusted.contains(fingerprint)) {
        return new Verdict.Bad("no trusted key has signed it, but " + fingerprint);
      }
      return signature.isCheckable()
          ? new Verdict.Good()
          : new Typed(signature.type(), signature.signature()).unchecked();
    }
  }

  /// A signature or a key, of RSA unless it begins with `$PKGSIGN:<type>$`.
  ///
  /// @param bytes what follows that
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Typed(String type, byte[] bytes) {
    private static final String HEAD = "$PKGSIGN:";
    private static final int LONGEST = 64;

    static Typed of(byte[] bytes) {
      int start = Math.min(bytes.length, HEAD.length() + LONGEST);
      String text = new String(bytes, 0, start, StandardCharsets.ISO_8859_1);
      int end = text.startsWith(HEAD) ? text.indexOf('$', HEAD.length()) : -1;
      return end < 0
          ? new Typed("rsa", bytes)
          : new Typed(
              text.substring(HEAD.length(), end), Arrays.copyOfRange(bytes, end + 1, bytes.length));
    }

    boolean isRsa() {
      return type.equals("rsa");
    }

    Verdict unchecked() {
      String shown = type.replaceAll("[^A-Za-z0-9]", "?");
      return new Verdict.Unchecked(
          "it is signed with a key of the kind " + shown + ", which only clients can check");
    }
  }
}
