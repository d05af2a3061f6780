package dev.larder.repo;

import dev.larder.sign.Signers;
import java.io.IOException;
import java.util.List;

/// Where a repository has its keys from. They can be exchanged while Larder runs.
@FunctionalInterface
public interface SignerSource {
  /// The keys now.
  ///
  /// @throws IOException if one of them cannot be used; the message is a sentence for the operator
  Signers signers() throws IOException;

  /// Fingerprints of OpenPGP keys that signed before and must not be believed any more.
  ///
  /// @throws IOException if they cannot be read
  default List<String> retired() throws IOException {
    return List.of();
  }
}
