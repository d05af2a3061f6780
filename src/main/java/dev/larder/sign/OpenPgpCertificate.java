package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.openpgp.PGPMarker;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.jspecify.annotations.Nullable;

/// The public side of an OpenPGP key that repositories are signed with.
///
/// @param ring primary key, user IDs, subkeys and what binds them
/// @param signing the key of these that signs
/// @param algorithm of that
/// @param expires when the first of it and the primary key stops being valid; null if neither does
record OpenPgpCertificate(
    PGPPublicKeyRing ring,
    PGPPublicKey signing,
    KeyAlgorithm algorithm,
    @Nullable Instant expires) {
  private static final String ANOTHER =
      "import another one, or let Larder make it with larder key create";

  /// The key of `ring` that is to sign: as gpg chooses, the newest subkey made for that, else the
  /// primary key.
  ///
  /// @param held whether the secret of a key can be had
  /// @throws KeyRefused if there is none that clients will believe, with what to do
  static OpenPgpCertificate of(PGPPublicKeyRing ring, Predicate<PGPPublicKey> held, Instant now)
      throws KeyRefused {
    List<TrustedKey> lenient = SelfSignatures.examine(ring);
    List<TrustedKey> strict = SelfSignatures.examineStrictly(ring);
    TrustedKey primary = strict.getFirst();
    refuse(lenient.getFirst(), primary, now);
    List<TrustedKey> fit =
        strict.stream()
            .filter(key -> held.test(key.key()) && fault(key, now) == null)
            .sorted(
                Comparator.comparing(TrustedKey::isPrimary)
                    .thenComparing(TrustedKey::created, Comparator.reverseOrder()))
            .toList();
    if (fit.isEmpty()) {
      throw KeyRefused.unfit(
          "no key of %s may sign: %s".formatted(primary.fingerprint(), faults(strict, held, now)),
          ANOTHER);
    }
    return of(ring, primary, fit.getFirst());
  }

  /// What was chosen before and is kept, whatever became of it since.
  ///
  /// @throws KeyRefused if there is no such key
  static OpenPgpCertificate kept(PGPPublicKeyRing ring, Predicate<PGPPublicKey> held)
      throws KeyRefused {
    List<TrustedKey> keys = SelfSignatures.examine(ring);
    for (TrustedKey key : keys) {
      if (held.test(key.key()) && KeyAlgorithm.orNull(key.key()) != null) {
        return of(ring, keys.getFirst(), key);
      }
    }
    throw KeyRefused.unfit("the public key does not fit its secret", "restore both from a copy");
  }

  private static OpenPgpCertificate of(
      PGPPublicKeyRing ring, TrustedKey primary, TrustedKey signing) throws KeyRefused {
    KeyAlgorithm algorithm = KeyAlgorithm.orNull(signing.key());
    if (algorithm == null) {
      throw KeyRefused.unfit("the key " + KeyAlgorithm.fault(signing.key()), ANOTHER);
    }
    return new OpenPgpCertificate(
        ring,
        signing.key(),
        algorithm,
        earlier(primary.standing().expires(), signing.standing().expires()));
  }

  private static void refuse(TrustedKey lenient, TrustedKey primary, Instant now)
      throws KeyRefused {
    String fingerprint = primary.fingerprint();
    String weak = KeyAlgorithm.fault(primary.key());
    if (weak != null) {
      throw KeyRefused.unfit("key %s %s".formatted(fingerprint, weak), ANOTHER);
    }
    if (lenient.standing().revoked() != null) {
      throw KeyRefused.unfit("key %s is revoked".formatted(fingerprint), ANOTHER);
    }
    boolean vouched = !lenient.standing().stated().equals(Instant.MIN);
    if (vouched && primary.standing().stated().equals(Instant.MIN)) {
      throw KeyRefused.unfit(
          "key %s is vouched for with SHA-1 only, which newer programs refuse"
              .formatted(fingerprint),
          "let gpg vouch for it anew and export it again: gpg --cert-digest-algo SHA512 --quick-set-expire %s 0"
              .formatted(fingerprint));
    }
    Instant expires = primary.standing().expires();
    if (vouched && expires != null && !now.isBefore(expires)) {
      throw KeyRefused.unfit(
          "key %s expired at %s".formatted(fingerprint, expires),
          "extend it and export it again: gpg --quick-set-expire %s 2y".formatted(fingerprint));
    }
    String objection = primary.objection(now);
    if (objection != null) {
      throw KeyRefused.unfit("key %s %s".formatted(fingerprint, objection), ANOTHER);
    }
  }

  private static @Nullable String fault(TrustedKey key, Instant now) {
    String fault = KeyAlgorithm.fault(key.key());
    if (fault == null) {
      fault = key.objection(now);
    }
    return fault == null && !key.standing().maySign() ? "is not for signing" : fault;
  }

  private static String faults(List<TrustedKey> keys, Predicate<PGPPublicKey> held, Instant now) {
    List<String> faults = new ArrayList<>();
    for (TrustedKey key : keys) {
      String fault = held.test(key.key()) ? fault(key, now) : "comes without its secret";
      faults.add(key.fingerprint() + " " + fault);
    }
    return String.join(", ", faults);
  }

  private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isBefore(b) ? a : b;
  }

  /// What an armored or binary file of keys holds.
  ///
  /// @param open public keys
  /// @param secret secret ones
  record Blocks(List<PGPPublicKeyRing> open, List<PGPSecretKeyRing> secret) {
    /// Reads keys.
    ///
    /// @throws KeyRefused if it holds anything else
    static Blocks read(byte[] bytes) throws KeyRefused {
      Blocks blocks = new Blocks(new ArrayList<>(), new ArrayList<>());
      try (InputStream in = PGPUtil.getDecoderStream(new ByteArrayInputStream(bytes))) {
        BcPGPObjectFactory factory = new BcPGPObjectFactory(in);
        for (Object part = factory.nextObject(); part != null; part = factory.nextObject()) {
          switch (part) {
            case PGPPublicKeyRing ring -> blocks.open.add(ring);
            case PGPSecretKeyRing ring -> blocks.secret.add(ring);
            case PGPMarker _ -> {}
            default -> throw new IOException("holds something other than keys");
          }
        }
      } catch (IOException | RuntimeException e) {
        // The library throws either about packets it cannot make sense of.
        throw KeyRefused.unfit(
            "this is no OpenPGP key, or a damaged one",
            "export it with gpg --armor --export-secret-keys, or --export for a public one");
      }
      return blocks;
    }
  }

  /// The fingerprint of the primary key, upper-case.
  String fingerprint() {
    return TrustedKey.fingerprint(ring.getPublicKey());
  }

  /// The first user ID.
  String userId() {
    return userId(ring);
  }

  /// The first user ID; empty if there is none.
  static String userId(PGPPublicKeyRing ring) {
    Iterator<byte[]> ids = ring.getPublicKey().getRawUserIDs();
    return ids.hasNext() ? new String(ids.next(), StandardCharsets.UTF_8) : "";
  }

  /// The public key as `gpg --armor --export` writes it.
  byte[] armored() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArmoredOutputStream armor =
        ArmoredOutputStream.builder().clearHeaders().enableCRC(true).build(bytes)) {
      ring.encode(armor);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
