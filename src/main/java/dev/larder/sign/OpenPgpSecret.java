package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.S2K;
import org.bouncycastle.bcpg.SecretKeyPacket;
import org.bouncycastle.bcpg.SecretSubkeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.Features;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.PBESecretKeyDecryptor;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.jspecify.annotations.Nullable;

/// An OpenPGP key with the one secret that signs. Others that came with it (the primary key's, if a
/// subkey signs; those for decryption) are not kept: what is not here cannot be lost from here.
final class OpenPgpSecret {
  private static final int RSA_BITS = 4096;
  private static final int RSA_CERTAINTY = 128;
  private static final byte[] PROBE = {'l', 'a', 'r', 'd', 'e', 'r'};

  private final OpenPgpCertificate certificate;
  private final PGPSecretKeyRing ring;
  private final DigestSigner signer;

  private OpenPgpSecret(
      OpenPgpCertificate certificate, PGPSecretKeyRing ring, DigestSigner signer) {
    this.certificate = certificate;
    this.ring = ring;
    this.signer = signer;
  }

  OpenPgpCertificate certificate() {
    return certificate;
  }

  DigestSigner signer() {
    return signer;
  }

  /// The secret, without a password: binary OpenPGP packets.
  byte[] encoded() throws IOException {
    return ring.getEncoded();
  }

  // ---- made here ------------------------------------------------------------------------------

  /// Makes a key: one primary key that signs, of version 4, vouching for itself by SHA-512.
  ///
  /// @param expires null if it never does
  static OpenPgpSecret create(
      KeyKind kind, String userId, @Nullable Instant expires, InstantSource clock)
      throws IOException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    try {
      BcPGPKeyPair pair = pair(kind, Date.from(now));
      PGPSignatureSubpacketGenerator stated = new PGPSignatureSubpacketGenerator();
      stated.setIssuerFingerprint(false, pair.getPublicKey());
      stated.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
      if (expires != null) {
        stated.setKeyExpirationTime(true, Duration.between(now, expires).toSeconds());
      }
      stated.setPrimaryUserID(false, true);
      stated.setPreferredHashAlgorithms(
          false,
          new int[] {HashAlgorithmTags.SHA512, HashAlgorithmTags.SHA384, HashAlgorithmTags.SHA256});
      stated.setPreferredSymmetricAlgorithms(
          false, new int[] {SymmetricKeyAlgorithmTags.AES_256, SymmetricKeyAlgorithmTags.AES_128});
      stated.setFeature(false, Features.FEATURE_MODIFICATION_DETECTION);
      stated.setSignatureCreationTime(true, Date.from(now));
      PGPKeyRingGenerator generator =
          new PGPKeyRingGenerator(
              PGPSignature.POSITIVE_CERTIFICATION,
              pair,
              userId,
              new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
              stated.generate(),
              null,
              new BcPGPContentSignerBuilder(
                  pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
              null);
      return of(generator.generateSecretKeyRing(), null, now);
    } catch (PGPException e) {
      throw new IllegalStateException("a key cannot be made", e);
    }
  }

  private static BcPGPKeyPair pair(KeyKind kind, Date created) throws PGPException {
    return switch (kind) {
      case OPENPGP_ED25519 -> {
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        yield pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, generator.generateKeyPair(), created);
      }
      case OPENPGP_RSA4096 -> {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(
            new RSAKeyGenerationParameters(
                RSAKeyGenParameterSpec.F4, new SecureRandom(), RSA_BITS, RSA_CERTAINTY));
        yield pair(PublicKeyAlgorithmTags.RSA_GENERAL, generator.generateKeyPair(), created);
      }
      case RSA4096 -> throw new IllegalArgumentException("not an OpenPGP key: " + kind);
    };
  }

  private static BcPGPKeyPair pair(int algorithm, AsymmetricCipherKeyPair pair, Date created)
      throws PGPException {
    return new BcPGPKeyPair(PublicKeyPacket.VERSION_4, algorithm, pair, created);
  }

  // ---- brought here ---------------------------------------------------------------------------

  /// Takes a key as `gpg --export-secret-keys` or `--export-secret-subkeys` writes it.
  ///
  /// @param bytes armored or binary
  /// @param password null if it has none
  /// @throws KeyRefused if it is damaged, weak, expired, revoked, or the password is not its own
  static OpenPgpSecret imported(byte[] bytes, char @Nullable [] password, Instant now)
      throws IOException {
    OpenPgpCertificate.Blocks blocks = OpenPgpCertificate.Blocks.read(bytes);
    if (blocks.secret().isEmpty()) {
      throw KeyRefused.unfit(
          blocks.open().isEmpty() ? "this is no key" : "this is a public key only",
          "export the secret one with gpg --armor --export-secret-keys");
    }
    if (blocks.secret().size() > 1) {
      throw KeyRefused.unfit(
          "these are %d keys".formatted(blocks.secret().size()),
          "export one alone: gpg --armor --export-secret-keys FINGERPRINT");
    }
    return of(blocks.secret().getFirst(), password, now);
  }

  /// Reads what [#encoded()] wrote.
  ///
  /// @throws IOException if it is damaged
  static OpenPgpSecret kept(byte[] encoded) throws IOException {
    PGPSecretKeyRing ring;
    try {
      ring =
          new PGPSecretKeyRing(new ByteArrayInputStream(encoded), new BcKeyFingerprintCalculator());
    } catch (PGPException | RuntimeException e) {
      throw KeyRefused.unfit("the secret key is damaged", "restore it from a copy");
    }
    OpenPgpCertificate certificate =
        OpenPgpCertificate.kept(certificateOf(ring), key -> holds(ring, key));
    PGPSecretKey key = secretOf(ring, certificate.signing());
    OpenPgpSecret secret =
        new OpenPgpSecret(
            certificate, ring, LocalSecret.of(unlocked(key, null), certificate.algorithm()));
    // When it had not expired yet.
    secret.prove(certificate.signing().getCreationTime().toInstant());
    return secret;
  }

  private static OpenPgpSecret of(PGPSecretKeyRing ring, char @Nullable [] password, Instant now)
      throws IOException {
    OpenPgpCertificate certificate =
        OpenPgpCertificate.of(certificateOf(ring), key -> holds(ring, key), now);
    PGPSecretKey key = secretOf(ring, certificate.signing());
    DigestSigner signer = LocalSecret.of(unlocked(key, password), certificate.algorithm());
    OpenPgpSecret secret = new OpenPgpSecret(certificate, onlyWith(ring, key, password), signer);
    secret.prove(now);
    return secret;
  }

  private static PGPPublicKeyRing certificateOf(PGPSecretKeyRing ring) throws KeyRefused {
    try {
      List<PGPPublicKey> keys = new ArrayList<>();
      ring.getPublicKeys().forEachRemaining(keys::add);
      return new PGPPublicKeyRing(keys);
    } catch (RuntimeException e) {
      throw KeyRefused.unfit("the key is damaged", "export it again");
    }
  }

  private static boolean holds(PGPSecretKeyRing ring, PGPPublicKey key) {
    PGPSecretKey secret = ring.getSecretKey(key.getFingerprint());
    return secret != null && !secret.isPrivateKeyEmpty() && !secret.isExternalKey();
  }

  private static PGPSecretKey secretOf(PGPSecretKeyRing ring, PGPPublicKey key) {
    PGPSecretKey secret = ring.getSecretKey(key.getFingerprint());
    if (secret == null) {
      throw new IllegalStateException("a key was chosen whose secret is not there");
    }
    return secret;
  }

  private static PGPPrivateKey unlocked(PGPSecretKey key, char @Nullable [] password)
      throws KeyRefused {
    if (isLocked(key) && password == null) {
      throw KeyRefused.locked();
    }
    try {
      PGPPrivateKey unlocked = key.extractPrivateKey(decryptor(password));
      if (unlocked != null) {
        return unlocked;
      }
    } catch (PGPException | RuntimeException e) {
      // Told below: the library throws either, and its words say less.
    }
    throw isLocked(key)
        ? KeyRefused.unfit("the password is not the key's", "give the one it was exported with")
        : KeyRefused.unfit("the secret key is damaged", "export it again");
  }

  private static boolean isLocked(PGPSecretKey key) {
    return key.getKeyEncryptionAlgorithm() != SymmetricKeyAlgorithmTags.NULL;
  }

  private static @Nullable PBESecretKeyDecryptor decryptor(char @Nullable [] password) {
    return password == null
        ? null
        : new BcPBESecretKeyDecryptorBuilder(new BcPGPDigestCalculatorProvider()).build(password);
  }

  /// The same ring with the secret of `signing` alone, unlocked: whoever can read the files of this
  /// process could read a password beside them too.
  private static PGPSecretKeyRing onlyWith(
      PGPSecretKeyRing ring, PGPSecretKey signing, char @Nullable [] password) throws KeyRefused {
    List<PGPSecretKey> keys = new ArrayList<>();
    try {
      for (PGPSecretKey key : ring) {
        if (key.getKeyID() != signing.getKeyID()) {
          keys.add(new PGPSecretKey(emptied(key), key.getPublicKey()));
        } else if (isLocked(key)) {
          keys.add(PGPSecretKey.copyWithNewPassword(key, decryptor(password), null));
        } else {
          keys.add(key);
        }
      }
    } catch (PGPException | RuntimeException e) {
      throw KeyRefused.unfit("the secret key is damaged", "export it again");
    }
    return new PGPSecretKeyRing(keys);
  }

  // What gpg writes for a secret that is not there: its own mode of a password (1001).
  private static SecretKeyPacket emptied(PGPSecretKey key) {
    S2K none = S2K.gnuDummyS2K(S2K.GNUDummyParams.noPrivateKey());
    PublicKeyPacket open = key.getPublicKey().getPublicKeyPacket();
    int usage = SecretKeyPacket.USAGE_SHA1;
    byte[] nothing = new byte[0];
    return key.isMasterKey()
        ? new SecretKeyPacket(open, SymmetricKeyAlgorithmTags.NULL, usage, none, nothing, nothing)
        : new SecretSubkeyPacket(
            open, SymmetricKeyAlgorithmTags.NULL, usage, none, nothing, nothing);
  }

  /// Signs something, which is checked: a secret that does not belong to its public key is found
  /// now, not by the clients.
  private void prove(Instant now) throws IOException {
    new DetachedSigner("", certificate, signer, InstantSource.fixed(now))
        .sign(new ByteArrayInputStream(PROBE));
  }

  /// The fingerprint alone.
  @Override
  public String toString() {
    return "OpenPgpSecret[" + certificate.fingerprint() + "]";
  }
}
