package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import dev.larder.sign.RsaKey;
import dev.larder.sign.RsaSigner;
import dev.larder.store.Checksum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The signatures of one repository: how its keys sign a catalogue and the first package, as
/// `pkg_repo.c` and `pkg bootstrap` want it. What is signed is always the 64 hexadecimal digits of
/// a SHA-256.
///
/// @param style what clients are configured with
/// @param signers may be empty; the first is the one that counts where only one can
record CatalogueSignatures(Style style, List<RsaSigner> signers) {
  private static final int MAX_SIGNERS = CatalogueArchive.MAX_SIGNATURES / 2;
  private static final byte[] NUL = {0};

  /// Takes a defensive copy.
  CatalogueSignatures {
    signers = List.copyOf(signers);
  }

  /// The members that sign a payload, by their names.
  ///
  /// With a configured public key only one signature can be there, and a NUL is behind it: clients
  /// take one away, and would take one that belongs to the signature. With fingerprints there is a
  /// pair of members for each key, exactly as they are.
  ///
  /// @throws IOException if a key does not sign, or there are more keys than clients look at
  Map<String, byte[]> members(String payload, Checksum sha256) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    if (signers.isEmpty()) {
      return members;
    }
    switch (style) {
      case PUBKEY ->
          members.put(CatalogueArchive.SIGNATURE, joined(sign(signers.getFirst(), sha256), NUL));
      case FINGERPRINTS -> {
        if (signers.size() > MAX_SIGNERS) {
          throw new IOException(
              "a catalogue can be signed by at most "
                  + MAX_SIGNERS
                  + " keys, and here are "
                  + signers.size()
                  + ": retire the oldest");
        }
        for (int i = 0; i < signers.size(); i++) {
          String name = i == 0 ? payload : payload + "-" + (i + 1);
          members.put(name + CatalogueArchive.SIGNED, sign(signers.get(i), sha256));
          members.put(name + CatalogueArchive.KEY, signers.get(i).publicKey());
        }
      }
    }
    return members;
  }

  /// Checks the members of an archive that was read back.
  ///
  /// @throws IOException if they are not what [#members] made, or no signatures by these keys
  void check(String payload, Checksum sha256, Map<String, byte[]> members) throws IOException {
    byte[] digits = digits(sha256);
    int expected =
        switch (style) {
          case PUBKEY -> Math.min(signers.size(), 1);
          case FINGERPRINTS -> 2 * signers.size();
        };
    boolean good = members.size() == expected;
    for (int i = 0; good && i < signers.size(); i++) {
      byte[] pem = signers.get(i).publicKey();
      RsaKey key = RsaKey.orNull(pem);
      String name = i == 0 ? payload : payload + "-" + (i + 1);
      good =
          switch (style) {
            case PUBKEY -> i > 0 || hasSigned(key, digits, withoutNul(members));
            case FINGERPRINTS ->
                Arrays.equals(pem, members.get(name + CatalogueArchive.KEY))
                    && hasSigned(key, digits, members.get(name + CatalogueArchive.SIGNED));
          };
    }
    if (!good) {
      throw new IOException(payload + " is not signed by the keys of the repository");
    }
  }

  private static byte @Nullable [] withoutNul(Map<String, byte[]> members) {
    byte[] signature = members.get(CatalogueArchive.SIGNATURE);
    int last = signature == null ? 0 : signature.length - 1;
    return signature == null || last < 1 || signature[last] != 0
        ? null
        : Arrays.copyOf(signature, last);
  }

  private static boolean hasSigned(
      @Nullable RsaKey key, byte[] digits, byte @Nullable [] signature) {
    return key != null && signature != null && key.hasSigned(digits, signature);
  }

  /// What is behind the name of the first package to make that of its signature; null if there are
  /// no keys.
  @Nullable String suffix() {
    Place.Part part =
        switch (style) {
          case PUBKEY -> Place.Part.PUBKEYSIG;
          case FINGERPRINTS -> Place.Part.SIGNATURE;
        };
    return signers.isEmpty() ? null : part.suffix();
  }

  /// The signature that lies beside the first package. Only one key can sign it; there must be one.
  ///
  /// @throws IOException if the key does not sign
  byte[] beside(Checksum sha256) throws IOException {
    RsaSigner signer = signers.getFirst();
    byte[] signature = sign(signer, sha256);
    return switch (style) {
      case PUBKEY -> signature;
      case FINGERPRINTS -> new BootstrapSignature("rsa", signature, signer.publicKey()).write();
    };
  }

  /// Checks what [#beside] made and somebody read back.
  ///
  /// @throws IOException if it is no signature by the key
  void checkBeside(Checksum sha256, byte[] written) throws IOException {
    byte[] pem = signers.getFirst().publicKey();
    RsaKey key = RsaKey.orNull(pem);
    boolean good =
        switch (style) {
          case PUBKEY -> hasSigned(key, digits(sha256), written);
          case FINGERPRINTS -> {
            BootstrapSignature read = BootstrapSignature.read(Place.LATEST, written);
            yield Arrays.equals(read.key(), pem)
                && hasSigned(key, digits(sha256), read.signature());
          }
        };
    if (!good) {
      throw new IOException(Place.LATEST + " is not signed by the key of the repository");
    }
  }

  private static byte[] sign(RsaSigner signer, Checksum sha256) throws IOException {
    return signer.sign(digits(sha256));
  }

  private static byte[] digits(Checksum sha256) {
    return sha256.hex().getBytes(US_ASCII);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.writeBytes(second);
    return joined.toByteArray();
  }
}
