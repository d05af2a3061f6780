package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A token, without its secret.
///
/// @param id what it is revoked by
/// @param name no other token has it
/// @param scopes what it may do: `upload:internal`, `read:*`, `admin`
/// @param created when it was made; absent if it is declared in the configuration
/// @param expires from when on it is worth nothing; absent if it does not expire
/// @param expired whether that has come
/// @param lastUsed about when it was used last; absent if it is not known to have been
/// @param createdBy who made it
/// @param declared whether it stands in the configuration, and can only be revoked there
public record TokenInfo(
    String id,
    String name,
    List<String> scopes,
    @Nullable Instant created,
    @Nullable Instant expires,
    boolean expired,
    @Nullable Instant lastUsed,
    String createdBy,
    boolean declared) {
  /// Takes a defensive copy.
  public TokenInfo {
    scopes = List.copyOf(scopes);
  }
}
