package dev.larder.format;

import dev.larder.sign.OpenPgpSigner;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// What to put into a package with the public keys of a repository.
///
/// @param repository its name
/// @param versions those that a package of that name has or had, by the name
/// @param at when it is made
/// @param keys whom clients are to trust
/// @param retired fingerprints of keys that clients must not trust any more
public record KeyringOrder(
    String repository,
    Function<String, Set<String>> versions,
    Instant at,
    List<OpenPgpSigner> keys,
    List<String> retired) {
  /// Takes defensive copies.
  public KeyringOrder {
    keys = List.copyOf(keys);
    retired = List.copyOf(retired);
  }
}
