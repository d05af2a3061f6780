package dev.larder.cli;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A server the user has logged in to. As it stands in the file, so a field without a value is
/// null.
///
/// @param name what the user calls it
/// @param server base URL of its console, without a trailing slash
/// @param token the token itself, or null if it is in a file
/// @param tokenFile the file with the token, absolute, or null
/// @param ca file with the certificates to trust instead of the system's, absolute, or null
/// @param insecure whether the user said that the token may travel unencrypted; null is no
record Context(
    String name,
    String server,
    @Nullable String token,
    @Nullable String tokenFile,
    @Nullable String ca,
    @Nullable Boolean insecure) {
  URI url() {
    return URI.create(server);
  }

  @Nullable Path caPath() {
    return ca == null ? null : Path.of(ca);
  }

  boolean isInsecure() {
    return Boolean.TRUE.equals(insecure);
  }

  /// For error messages: what the file must have for the rest to rely on it.
  @Nullable String fault() {
    if (name == null || !name.matches(Contexts.NAME)) {
      return "a context has no proper name";
    }
    if (server == null) {
      return "context %s has no server".formatted(name);
    }
    try {
      Destination.url(server);
    } catch (CommandFailed e) {
      return "context %s: %s".formatted(name, e.getMessage());
    }
    if (token != null && !Destination.isToken(token)) {
      return "context %s has no proper token".formatted(name);
    }
    return token == null && tokenFile == null ? "context %s has no token".formatted(name) : null;
  }

  /// The token must not end up in a log by way of this record.
  @Override
  public String toString() {
    return "context %s for %s".formatted(name, server);
  }
}
