package dev.larder.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a pkg client believes of a catalogue: `signature_type` and what goes with it.
public sealed interface PkgTrust {
  /// `signature_type: "none"`.
  record None() implements PkgTrust {}

  /// `signature_type: "fingerprints"`.
  ///
  /// @param trusted SHA-256 of public keys
  record Fingerprints(Set<String> trusted) implements PkgTrust {
    /// Takes a defensive copy.
    public Fingerprints {
      trusted = Set.copyOf(trusted);
    }
  }

  /// `signature_type: "pubkey"`.
  record PubKey(FreeBsdKey key) implements PkgTrust {}

  /// `signature_type: "pubkey"` with a key of which only this is known.
  ///
  /// @param pem `BEGIN PUBLIC KEY`
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record PublicPem(byte[] pem) implements PkgTrust {}

  /// A client that knows the fingerprint of this key.
  static PkgTrust of(FreeBsdKey key) {
    return new Fingerprints(Set.of(key.fingerprint()));
  }

  /// What pkg would say against a catalogue archive, or null.
  ///
  /// @param members of the archive
  /// @param payload the name of its payload
  default @Nullable String complaint(Map<String, byte[]> members, String payload) {
    byte[] bytes = members.get(payload);
    if (bytes == null) {
      return "there is no " + payload;
    }
    return switch (this) {
      case None _ -> null;
      case PubKey(FreeBsdKey key) -> {
        byte[] signature = members.get("signature");
        yield signature != null && verifies(key.publicPem(), bytes, withoutZero(signature))
            ? null
            : "no good signature";
      }
      case PublicPem(byte[] pem) -> {
        byte[] signature = members.get("signature");
        yield signature != null && verifies(pem, bytes, withoutZero(signature))
            ? null
            : "no good signature";
      }
      case Fingerprints(Set<String> trusted) ->
          members.entrySet().stream()
                  .filter(member -> member.getKey().endsWith(".pub"))
                  .filter(member -> trusted.contains(Sums.sha256(member.getValue())))
                  .anyMatch(member -> {
                    String name = member.getKey().replaceFirst("pub$", "sig");
                    byte[] signature = members.get(name);
                    return signature != null && verifies(member.getValue(), bytes, signature);
                  })
              ? null
              : "no trusted certificate has signed it";
    };
  }

  private static byte[] withoutZero(byte[] signature) {
    int last = signature.length - 1;
    return last >= 0 && signature[last] == 0 ? Arrays.copyOf(signature, last) : signature;
  }

  private static boolean verifies(byte[] pem, byte[] payload, byte[] signature) {
    try {
      String base64 = new String(pem, US_ASCII).replaceAll("-----.*?-----", "");
      byte[] der = Base64.getMimeDecoder().decode(base64);
      PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
      Signature check = Signature.getInstance("SHA256withRSA");
      check.initVerify(key);
      check.update(Sums.sha256(payload).getBytes(US_ASCII));
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
