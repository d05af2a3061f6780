package dev.larder.access;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who may use the console, as it is configured.
///
/// @param anonymousReads whether reading needs no token
/// @param authorizedSecrets a file of secrets in the form of serene, or null
/// @param tokens declared by their hashes
public record AccessSettings(
    boolean anonymousReads, @Nullable Path authorizedSecrets, List<TokenSettings> tokens) {
  /// Nobody but those who get a token.
  public static final AccessSettings DEFAULTS = new AccessSettings(false, null, List.of());

  /// Takes a defensive copy.
  public AccessSettings {
    tokens = List.copyOf(tokens);
  }
}
