package dev.larder;

import dev.larder.repo.RepositorySettings;
import dev.larder.repo.SignerSource;
import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyStore;
import dev.larder.sign.Signers;
import java.io.IOException;
import java.util.List;

/// The keys of a repository: those its settings name, or one of its own, which is made when the
/// repository is.
final class RepositoryKeys {
  private RepositoryKeys() {}

  /// @throws IOException if a key is not there, cannot be used, or is of another kind
  static SignerSource of(RepositorySettings settings, KeyStore keys) throws IOException {
    List<String> names = settings.keyNames();
    if (settings.keys() == null) {
      keys.ensure(
          settings.name(),
          settings.isPacman() ? KeyKind.OPENPGP_ED25519 : KeyKind.RSA4096,
          "Larder repository " + settings.name());
    }
    Signers signers = keys.signers(names);
    boolean fits = settings.isPacman() ? signers.rsa().isEmpty() : signers.openPgp().isEmpty();
    if (!fits) {
      throw new IOException(
          "repository %s: of its keys %s, one is not for %s; larder key list shows their kinds"
              .formatted(settings.name(), String.join(", ", names), settings.format()));
    }
    return () -> keys.signers(names);
  }
}
