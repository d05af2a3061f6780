package dev.larder.sign;

import java.io.IOException;
import java.io.InputStream;

/// Public keys the operator trusts, and the check of detached OpenPGP signatures against them.
public interface Keyring {
  /// Checks `signature` (binary, one or several signature packets) over the bytes of `signed`,
  /// which is read to its end and not closed.
  ///
  /// @throws IOException if `signed` cannot be read; a malformed signature is [Verdict.Bad]
  Verdict verify(InputStream signed, byte[] signature) throws IOException;

  /// The outcome of a check.
  sealed interface Verdict {
    /// At least one signature is good and by a trusted key.
    ///
    /// @param fingerprint of the signing key, upper-case hexadecimal
    record Good(String fingerprint) implements Verdict {}

    /// No signature is good.
    ///
    /// @param why one sentence for the operator
    record Bad(String why) implements Verdict {}
  }
}
