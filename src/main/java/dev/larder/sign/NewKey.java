package dev.larder.sign;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// A key that is to be made.
///
/// @param userId whom people see as its owner; of no meaning for RSA
/// @param expires when it ends; null for never
record NewKey(KeyKind kind, String userId, @Nullable Instant expires) {
  private static final int MAX_USER_ID = 200;
  private static final long MAX_SECONDS = 0xffff_ffffL; // as many as a self-signature can say

  /// Makes it.
  KeyMaterial make(InstantSource clock) throws IOException {
    return kind.isOpenPgp()
        ? KeyMaterial.of(OpenPgpSecret.create(kind, userId, expires, clock))
        : KeyMaterial.of(RsaSecret.create());
  }

  /// Checks what somebody asked for.
  ///
  /// @throws KeyRefused if user ID or end cannot be
  void check(Instant now) throws KeyRefused {
    if (!kind.isOpenPgp() && expires != null) {
      throw KeyRefused.bad("RSA keys of FreeBSD do not expire", "leave the time out");
    }
    if (expires != null && expires.isBefore(now.plusSeconds(1))) {
      throw KeyRefused.bad("the key would have expired already", "name a time to come");
    }
    if (expires != null && expires.isAfter(now.plusSeconds(MAX_SECONDS))) {
      throw KeyRefused.bad("a key cannot be valid for so long", "let it never expire");
    }
    boolean clean =
        userId
            .codePoints()
            .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    if (kind.isOpenPgp() && (userId.isBlank() || userId.length() > MAX_USER_ID || !clean)) {
      throw KeyRefused.bad(
          "this cannot be a user ID", "write it like: Packages of Example <packages@example.org>");
    }
  }
}
