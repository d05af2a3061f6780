package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/keys/{name}`: what may be told of a key that signs repositories, never its secret.
///
/// @param name what repositories call it
/// @param kind `openpgp-ed25519`, `openpgp-rsa4096`, `rsa4096`; imported ones may have others
/// @param origin `created`, `imported` or `agent`
/// @param state `ok`, `rotating` (there is a successor), `expiring` (within 30 days) or `expired`
/// @param warning what to do about its expiry, in a sentence; null unless that is near
/// @param usedBy what signs with it: `repository internal`
/// @param current what signs
/// @param next its successor, which is published beside it; null unless it is being rotated
/// @param retired predecessors, newest first
public record KeyInfo(
    String name,
    String kind,
    String origin,
    String state,
    @Nullable String warning,
    List<String> usedBy,
    Version current,
    @Nullable Version next,
    List<Version> retired) {
  /// Takes defensive copies.
  public KeyInfo {
    usedBy = List.copyOf(usedBy);
    retired = List.copyOf(retired);
  }

  /// One of the keys that have the name one after the other.
  ///
  /// @param number counts from 1
  /// @param fingerprint OpenPGP: upper-case hexadecimal; RSA: the SHA-256 of `publicKey`
  /// @param userId null for RSA
  /// @param added when it came here
  /// @param expires null if it does not
  /// @param retiredAt when its successor took over; null if it has not
  /// @param publicKey armored, or PEM
  /// @param fingerprintFile by which FreeBSD's pkg trusts it; null for OpenPGP
  public record Version(
      int number,
      String fingerprint,
      @Nullable String userId,
      Instant added,
      @Nullable Instant expires,
      @Nullable Instant retiredAt,
      String publicKey,
      @Nullable String fingerprintFile) {}
}
