package dev.larder.sign;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What may be told of a key: everything but its secret.
///
/// @param name what repositories call it
/// @param kind `openpgp-ed25519`, `rsa4096`; imported ones may have others, such as `rsa2048`
/// @param openPgp whether it makes OpenPGP signatures; else it signs FreeBSD's catalogues
/// @param origin where its secret comes from
/// @param current what signs
/// @param next its successor while it is being rotated, or null
/// @param retired predecessors, newest first
public record KeyReport(
    String name,
    String kind,
    boolean openPgp,
    Origin origin,
    Version current,
    @Nullable Version next,
    List<Version> retired) {
  private static final Duration EARLY = Duration.ofDays(30);

  /// Takes a defensive copy.
  public KeyReport {
    retired = List.copyOf(retired);
  }

  /// Where a secret comes from.
  public enum Origin {
    /// Larder made it.
    CREATED,
    /// Somebody brought it.
    IMPORTED,
    /// It lies in a gpg-agent.
    AGENT
  }

  /// One of the keys that have the name one after the other.
  ///
  /// @param number counts from 1
  /// @param fingerprint OpenPGP: of the primary key, upper-case hexadecimal; RSA: the SHA-256 of
  ///   `publicKey`, lower-case hexadecimal, as pkg's fingerprints are written
  /// @param userId null for RSA
  /// @param added when it came here
  /// @param expires when it stops being valid; null if it does not
  /// @param retiredAt when its successor took over; null if it has not
  /// @param publicKey armored or PEM
  public record Version(
      int number,
      String fingerprint,
      @Nullable String userId,
      Instant added,
      @Nullable Instant expires,
      @Nullable Instant retiredAt,
      String publicKey) {}

  /// What clients should have: the current key, then its successor if there is one.
  public List<Version> published() {
    return next == null ? List.of(current) : Stream.of(current, next).toList();
  }

  /// Whole days until it stops being valid, 0 from the last one on; null if it does not.
  public @Nullable Long daysLeft(Instant now) {
    Instant expires = current.expires();
    return expires == null ? null : Math.max(0, Duration.between(now, expires).toDays());
  }

  /// A sentence for the operator if it has expired or does so within 30 days; else null.
  public @Nullable String warning(Instant now) {
    Instant expires = current.expires();
    if (expires == null || now.isBefore(expires.minus(EARLY))) {
      return null;
    }
    String todo =
        origin == Origin.AGENT
            ? "extend it with gpg --quick-set-expire and name its public key again"
            : next == null
                ? "make its successor with larder key rotate " + name
                : "let its successor take over with larder key rotate %s --finish".formatted(name);
    return now.isBefore(expires)
        ? "key %s expires in %d days, at %s; %s".formatted(name, daysLeft(now), expires, todo)
        : "key %s has expired at %s and signs nothing; %s".formatted(name, expires, todo);
  }
}
