package dev.larder.access;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A token as it is kept: without its secret, of which only the hash is known.
///
/// @param id what it is revoked by
/// @param name for people and the audit log; of all tokens only one has it
/// @param hash `sha256:` and 64 hexadecimal digits
/// @param scopes what it may do
/// @param created when it was made; null if it is declared in the configuration
/// @param expires from when on it is worth nothing, or null
/// @param lastUsed about when it was used last, or null; may be lost
/// @param createdBy label of who made it; `configuration` if it is declared there
public record Token(
    String id,
    String name,
    String hash,
    List<Scope> scopes,
    @Nullable Instant created,
    @Nullable Instant expires,
    @Nullable Instant lastUsed,
    String createdBy) {
  /// Takes a defensive copy.
  public Token {
    scopes = List.copyOf(scopes);
  }

  /// Whether it stands in the configuration, and can only be revoked there.
  public boolean isDeclared() {
    return created == null;
  }

  boolean hasExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  Token usedAt(Instant time) {
    return new Token(id, name, hash, scopes, created, expires, time, createdBy);
  }
}
