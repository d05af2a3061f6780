package dev.larder.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What can be allowed. Names are part of the contract: they are added, never renamed.
public enum Verb {
  /// Look: repositories, packages, mirrors, the server's state.
  READ(true),
  /// Add packages to a repository.
  UPLOAD(true),
  /// Remove packages from a repository.
  REMOVE(true),
  /// Move packages into a repository from another, or back to an older generation.
  PROMOTE(true),
  /// Have packages and indexes of a repository signed.
  SIGN(true),
  /// Make, import, rotate and remove signing keys.
  KEYS(false),
  /// Make and revoke tokens that may do no more than their maker.
  TOKENS(false),
  /// Everything, also what no other verb names.
  ADMIN(false);

  private final boolean repository;

  Verb(boolean repository) {
    this.repository = repository;
  }

  /// Whether it is about one repository, rather than the whole server.
  public boolean isOfRepository() {
    return repository;
  }

  /// As it is written in a scope: `upload`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static @Nullable Verb named(String word) {
    return Arrays.stream(values())
        .filter(verb -> verb.word().equals(word))
        .findFirst()
        .orElse(null);
  }

  static String words() {
    return Arrays.stream(values()).map(Verb::word).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return word();
  }
}
