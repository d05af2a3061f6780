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
/// @param warnings sentences for the operator: what of it cannot be used, while it can
record StoredKey(
    KeyRecord info,
    KeyReport report,
    List<OpenPgpSigner> openPgp,
    List<RsaSigner> rsa,
    List<String> warnings) {
  /// Reads a key.
  ///
  /// @throws IOException if a file is missing or damaged without which it cannot sign
  static StoredKey read(String name, KeyDirectory directory, InstantSource clock)
      throws IOException {
    return read(name, directory, directory.readInfo(), clock);
  }

  /// Reads a key as it is, or is to be.
  ///
  /// @param info which of the versions is which
  /// @throws IOException if a file is missing or damaged without which it cannot sign
  static StoredKey read(String name, KeyDirectory directory, KeyRecord info, InstantSource clock)
      throws IOException {
    Reading reading = new Reading(name, directory, info, clock);
    Version current = reading.version(info.current());
    Version next = reading.successor();
    KeyReport report =
        new KeyReport(
            name, reading.kind, info.openPgp(), info.origin(), current, next, reading.retired());
    reading.warnOfStrangers();
    return new StoredKey(
        info,
        report,
        List.copyOf(reading.openPgp),
        List.copyOf(reading.rsa),
        List.copyOf(reading.warnings));
  }

  private static final class Reading {
    private final String name;
    private final KeyDirectory directory;
    private final KeyRecord info;
    private final InstantSource clock;
    private final List<OpenPgpSigner> openPgp = new ArrayList<>();
    private final List<RsaSigner> rsa = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
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

    /// The one that is to take over, if it can.
    @Nullable Version successor() {
      Integer next = info.next();
      if (next == null) {
        return null;
      }
      try {
        return version(next);
      } catch (IOException | RuntimeException e) {
        KeyTrouble trouble = KeyTrouble.of(directory.path(), e);
        warnings.add(
            "the successor of key %s, version %d, cannot be used: %s; %s, or make another with larder key rotate %s"
                .formatted(name, next, trouble.why(), trouble.advice(), name));
        return null;
      }
    }

    /// Those that do not sign any more, the newest first. Nothing depends on them.
    List<Version> retired() {
      List<Version> retired = new ArrayList<>();
      for (int number :
          info.retired().keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
        try {
          retired.add(retired(number));
        } catch (IOException | RuntimeException e) {
          KeyTrouble trouble = KeyTrouble.of(directory.path(), e);
          warnings.add(
              "the public key of version %d of key %s, which is retired, cannot be shown: %s; %s"
                  .formatted(number, name, trouble.why(), trouble.advice()));
        }
      }
      return retired;
    }

    /// A rotation that was cut short before it was published, or an `info` from an old copy.
    void warnOfStrangers() throws IOException {
      for (int number : directory.versions()) {
        if (!info.added().containsKey(number)) {
          warnings.add(
              "key %s has files of a version %d in %s that its info does not name; if it was not restored from an older copy, remove them"
                  .formatted(name, number, directory.path()));
        }
      }
    }

    private Version retired(int number) throws IOException {
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
