package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;

/// An OpenPGP key whose secret lies in a gpg-agent, on its disk or on a card.
final class AgentKey implements DigestSigner {
  private static final byte[] PROBE = {'l', 'a', 'r', 'd', 'e', 'r'};

  private final GpgAgent agent;
  private final OpenPgpCertificate certificate;
  private final String keygrip;

  AgentKey(GpgAgent agent, OpenPgpCertificate certificate) throws KeyRefused {
    this.agent = agent;
    this.certificate = certificate;
    this.keygrip = Keygrip.of(certificate.signing(), certificate.algorithm());
  }

  @Override
  public List<byte[]> sign(byte[] digest) throws IOException {
    return agent.sign(keygrip, certificate.algorithm(), digest);
  }

  /// Reads what was once found right.
  ///
  /// @param signing fingerprint of the key that the agent has
  static OpenPgpCertificate kept(byte[] publicKey, String signing) throws KeyRefused {
    return OpenPgpCertificate.kept(
        ring(publicKey), key -> TrustedKey.fingerprint(key).equals(signing));
  }

  /// Finds the key of `publicKey` that `agent` has, and lets it sign something.
  ///
  /// @throws KeyRefused if there is none, or it is weak, expired or revoked
  /// @throws IOException if the agent cannot be asked or does not sign
  static KeyMaterial proven(GpgAgent agent, byte[] publicKey, InstantSource clock)
      throws IOException {
    PGPPublicKeyRing ring = ring(publicKey);
    Set<String> held = new HashSet<>();
    for (PGPPublicKey key : ring) {
      KeyAlgorithm algorithm = KeyAlgorithm.orNull(key);
      if (algorithm != null && agent.has(Keygrip.of(key, algorithm))) {
        held.add(TrustedKey.fingerprint(key));
      }
    }
    if (held.isEmpty()) {
      throw KeyRefused.unfit(
          "the gpg-agent at %s does not have the secret of key %s"
              .formatted(agent.socket(), TrustedKey.fingerprint(ring.getPublicKey())),
          "name the socket of the one that has; gpg --list-secret-keys shows what it knows");
    }
    Instant now = clock.instant();
    OpenPgpCertificate certificate =
        OpenPgpCertificate.of(ring, key -> held.contains(TrustedKey.fingerprint(key)), now);
    DetachedSigner signer =
        new DetachedSigner("", certificate, new AgentKey(agent, certificate), clock);
    signer.sign(new ByteArrayInputStream(PROBE)); // is checked there
    return new KeyMaterial(
        true,
        certificate.fingerprint(),
        certificate.armored(),
        null,
        new KeyRecord.Agent(agent.socket(), TrustedKey.fingerprint(certificate.signing())));
  }

  private static PGPPublicKeyRing ring(byte[] publicKey) throws KeyRefused {
    OpenPgpCertificate.Blocks blocks = OpenPgpCertificate.Blocks.read(publicKey);
    if (!blocks.secret().isEmpty()) {
      throw KeyRefused.unfit(
          "this is a secret key", "give the public one: gpg --armor --export FINGERPRINT");
    }
    if (blocks.open().isEmpty()) {
      throw KeyRefused.unfit(
          "this is no OpenPGP public key", "export it with gpg --armor --export FINGERPRINT");
    }
    if (blocks.open().size() > 1) {
      throw KeyRefused.unfit(
          "these are %d public keys".formatted(blocks.open().size()),
          "export one alone: gpg --armor --export FINGERPRINT");
    }
    return blocks.open().getFirst();
  }
}
