package dev.larder.sign;

import org.jspecify.annotations.Nullable;

/// The kinds of keys that Larder makes.
public enum KeyKind {
  /// OpenPGP, Ed25519: small and fast signatures that every gpg since 2.1 knows.
  OPENPGP_ED25519("openpgp-ed25519", true),
  /// OpenPGP, RSA with 4096 bits.
  OPENPGP_RSA4096("openpgp-rsa4096", true),
  /// RSA with 4096 bits, for FreeBSD's pkg.
  RSA4096("rsa4096", false);

  private final String id;
  private final boolean openPgp;

  KeyKind(String id, boolean openPgp) {
    this.id = id;
    this.openPgp = openPgp;
  }

  /// The name it has in the API and on the command line: `openpgp-ed25519`.
  public String id() {
    return id;
  }

  /// Whether it makes OpenPGP signatures.
  public boolean isOpenPgp() {
    return openPgp;
  }

  /// The kind of that name, or null.
  public static @Nullable KeyKind of(String id) {
    for (KeyKind kind : values()) {
      if (kind.id.equals(id)) {
        return kind;
      }
    }
    return null;
  }
}
