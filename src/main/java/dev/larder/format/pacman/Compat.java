package dev.larder.format.pacman;

import org.jspecify.annotations.Nullable;

/// Which repo-add a repository's databases are written like.
public enum Compat {
  /// repo-add 7 (and 6.1): checksums are SHA-256 alone, signatures lie beside the packages.
  CURRENT("current"),
  /// repo-add 6.0: `%MD5SUM%` for what is older than SHA-256 in databases, and the packages'
  /// signatures as `%PGPSIG%`.
  V6_0("6.0");

  private final String id;

  Compat(String id) {
    this.id = id;
  }

  /// The name used in the configuration: `6.0`.
  public String id() {
    return id;
  }

  /// The one called `id`; null if none is.
  public static @Nullable Compat named(String id) {
    for (Compat compat : values()) {
      if (compat.id.equals(id)) {
        return compat;
      }
    }
    return null;
  }
}
