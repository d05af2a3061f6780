package dev.larder.wire;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/keys`. With `secret` a key is imported, with `socket` one is used that
/// lies in a gpg-agent, with neither one is made.
///
/// @param name what to call it
/// @param kind to make: `openpgp-ed25519` if absent, `openpgp-rsa4096`, `rsa4096`
/// @param userId to make it with: `Packages of Example <packages@example.org>`
/// @param expires when the one that is made ends; absent means never
/// @param secret to import: an armored OpenPGP key, or an RSA key in PEM
/// @param password of `secret`, if it has one; it is not kept
/// @param socket path of the agent's socket, on the server's machine
/// @param publicKey armored, of the key that the agent has
public record KeyRequest(
    @Nullable String name,
    @Nullable String kind,
    @Nullable String userId,
    @Nullable Instant expires,
    @Nullable String secret,
    @Nullable String password,
    @Nullable String socket,
    @Nullable String publicKey) {
  /// A key to make.
  public static KeyRequest create(
      String name, String kind, @Nullable String userId, @Nullable Instant expires) {
    return new KeyRequest(name, kind, userId, expires, null, null, null, null);
  }

  /// A key to import.
  public static KeyRequest secret(String name, String secret, @Nullable String password) {
    return new KeyRequest(name, null, null, null, secret, password, null, null);
  }

  /// A key in an agent.
  public static KeyRequest agent(String name, String socket, String publicKey) {
    return new KeyRequest(name, null, null, null, null, null, socket, publicKey);
  }

  /// The name alone.
  @Override
  public String toString() {
    return "KeyRequest[" + name + "]";
  }
}
