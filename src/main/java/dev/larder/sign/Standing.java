package dev.larder.sign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What its owner states of a key, as far as a valid self-signature vouches for it.
///
/// @param stated when the newest self-signature was made; [Instant#MIN] if none is valid
/// @param expires when the key stops being used, or null if never
/// @param maySign whether the key may sign files
/// @param revoked since when it is revoked: [Instant#MIN] if nothing it ever signed can be trusted,
///   as after a compromise; null if it is not revoked
record Standing(
    Instant stated, @Nullable Instant expires, boolean maySign, @Nullable Instant revoked) {

  /// What two copies of one key say together: the newer statement, and every revocation.
  Standing and(Standing other) {
    Standing newer = other.stated.isAfter(stated) ? other : this;
    return new Standing(
        newer.stated, newer.expires, newer.maySign, earlier(revoked, other.revoked));
  }

  /// Why a signature made at `when` does not count; null if it does.
  ///
  /// @param created when the key was made
  @Nullable String objection(Instant created, Instant when) {
    if (revoked != null && !when.isBefore(revoked)) {
      return revoked.equals(Instant.MIN) ? "is revoked" : "was revoked at " + revoked;
    }
    if (stated.equals(Instant.MIN)) {
      return "has no valid signature of its owner";
    }
    if (when.isBefore(created)) {
      return "is younger than the signature, made at " + created;
    }
    if (expires != null && !when.isBefore(expires)) {
      return "expired at " + expires;
    }
    return null;
  }

  private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isBefore(b) ? a : b;
  }
}
