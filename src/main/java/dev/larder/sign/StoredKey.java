package dev.larder.sign;

import dev.larder.sign.KeyReport.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.jspecify.annotations.Nullable;

/// A key as it was read from its directory: what may be told of it, and what signs with it.
///
/// @param info which version is which
/// @param report for people
/// @param openPgp the current one, then its successor; empty if the key is RSA
/// @param rsa the same; empty if the key is OpenPGP
record StoredKey(
    KeyRecord info, KeyReport report, List<OpenPgpSigner> openPgp, List<RsaSigner> rsa) {
  /// Reads a key.
  ///
  /// @throws IOException if a file is missing or damaged
  static StoredKey read(String name, KeyDirectory directory, InstantSource clock)
      throws IOException {
    KeyRecord info = directory.readInfo();
    Reading reading = new Reading(name, directory, info, clock);
    List<Version> live = new ArrayList<>();
    live.add(reading.version(info.current()));
    Integer next = info.next();
    if (next != null) {
      live.add(reading.version(next));
    }
    List<Version> retired = new ArrayList<>();
    for (int number : info.retired().keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
      retired.add(reading.retired(number));
    }
    KeyReport report =
        new KeyReport(
            name,
            reading.kind,
            info.openPgp(),
            info.origin(),
            live.getFirst(),
            live.size() > 1 ? live.getLast() : null,
            retired);
    return new StoredKey(info, report, List.copyOf(reading.openPgp), List.copyOf(reading.rsa));
  }

  private static final class Reading {
    private final String name;
    private final KeyDirectory directory;
    private final KeyRecord info;
    private final InstantSource clock;
    private final List<OpenPgpSigner> openPgp = new ArrayList<>();
    private final List<RsaSigner> rsa = new ArrayList<>();
    private String kind = "";

    Reading(String name, KeyDirectory directory, KeyRecord info, InstantSource clock) {
      this.name = name;
      this.directory = directory;
      this.info = info;
      this.clock = clock;
    }

    /// One that signs.
    Version version(int number) throws IOException {
      if (!info.openPgp()) {
        RsaSecret secret = RsaSecret.imported(directory.readSecret(number), null);
        rsa.add(secret);
        kind = kind.isEmpty() ? secret.algorithm() : kind;
        return version(number, secret.fingerprint(), null, null, secret.publicKey());
      }
      OpenPgpCertificate certificate;
      DigestSigner signer;
      KeyRecord.Agent agent = info.agent();
      if (agent != null) {
        certificate = AgentKey.kept(directory.readPublic(number), agent.signing());
        signer = new AgentKey(new GpgAgent(agent.socket()), certificate);
      } else {
        OpenPgpSecret secret = OpenPgpSecret.kept(directory.readSecret(number));
        certificate = secret.certificate();
        signer = secret.signer();
      }
      openPgp.add(new DetachedSigner(name, certificate, signer, clock));
      kind = kind.isEmpty() ? "openpgp-" + certificate.algorithm().id() : kind;
      return version(
          number,
          certificate.fingerprint(),
          certificate.userId(),
          certificate.expires(),
          certificate.armored());
    }

    /// One that does not sign any more.
    Version retired(int number) throws IOException {
      byte[] bytes = directory.readPublic(number);
      if (!info.openPgp()) {
        return version(number, RsaSecret.fingerprint(bytes), null, null, bytes);
      }
      List<PGPPublicKeyRing> rings = OpenPgpCertificate.Blocks.read(bytes).open();
      if (rings.isEmpty()) {
        throw new IOException("the public key of version " + number + " is none");
      }
      TrustedKey primary = SelfSignatures.examine(rings.getFirst()).getFirst();
      return version(
          number,
          primary.fingerprint(),
          OpenPgpCertificate.userId(rings.getFirst()),
          primary.standing().expires(),
          bytes);
    }

    private Version version(
        int number,
        String fingerprint,
        @Nullable String userId,
        @Nullable Instant expires,
        byte[] publicKey)
        throws IOException {
      return new Version(
          number,
          fingerprint,
          userId,
          info.addedAt(number),
          expires,
          info.retired().get(number),
          new String(publicKey, StandardCharsets.US_ASCII));
    }
  }
}
