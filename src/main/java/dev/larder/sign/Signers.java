package dev.larder.sign;

import java.util.List;

/// The keys a repository is signed with. The first of each kind is the one that counts where only
/// one can; the others are published beside it while clients move from one to the next, and sign
/// beside it where that harms nobody: the fingerprints of FreeBSD, never a file for pacman, which
/// refuses what has a signature by a key it does not know.
///
/// @param openPgp may be empty
/// @param rsa may be empty
public record Signers(List<OpenPgpSigner> openPgp, List<RsaSigner> rsa) {
  /// Nothing is signed.
  public static final Signers NONE = new Signers(List.of(), List.of());

  /// Takes defensive copies.
  public Signers {
    openPgp = List.copyOf(openPgp);
    rsa = List.copyOf(rsa);
  }
}
