package dev.larder;

import dev.larder.repo.RepositorySettings;
import dev.larder.repo.SignerSource;
import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyReport;
import dev.larder.sign.KeyStore;
import dev.larder.sign.Signers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The keys of a repository: those its settings name, or one of its own, which is made when it is
/// first needed. What is wrong with them is told when they are needed: a repository whose key
/// cannot be used is served as it is.
///
/// @param current gives the settings of the repository, which can be exchanged
/// @param keys all there are
record RepositoryKeys(Supplier<RepositorySettings> current, KeyStore keys) implements SignerSource {
  @Override
  public Signers signers() throws IOException {
    RepositorySettings settings = current.get();
    if (settings.keys() == null) {
      keys.ensure(
          settings.name(),
          settings.isPacman() ? KeyKind.OPENPGP_ED25519 : KeyKind.RSA4096,
          "Larder repository " + settings.name());
    }
    Signers signers = keys.signers(settings.keyNames());
    boolean fits = settings.isPacman() ? signers.rsa().isEmpty() : signers.openPgp().isEmpty();
    if (!fits) {
      throw new IOException(
          "repository %s: of its keys %s, one is not for %s; larder key list shows their kinds"
              .formatted(
                  settings.name(), String.join(", ", settings.keyNames()), settings.format()));
    }
    return signers;
  }

  @Override
  public List<String> retired() throws IOException {
    List<String> retired = new ArrayList<>();
    for (String name : current.get().keyNames()) {
      KeyReport key = keys.info(name);
      if (key != null && key.openPgp()) {
        key.retired().forEach(version -> retired.add(version.fingerprint()));
      }
    }
    return retired;
  }
}
