package dev.larder.format;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;

/// Checks the signatures that an index carries inside itself against the keys an operator trusts.
public interface IndexTrust {
  /// Looks at a whole index.
  ///
  /// @param bytes as served; not closed
  /// @throws InvalidIndex if it is not a well-formed index
  /// @throws IOException if `bytes` cannot be read
  Verdict check(RelPath index, InputStream bytes) throws IOException;

  /// Looks at a whole index among the others of its set, for signatures that lie beside what they
  /// sign.
  ///
  /// @throws InvalidIndex if it is not a well-formed index
  /// @throws IOException if a member cannot be read
  default Verdict check(RelPath index, Format.IndexSet set) throws IOException {
    try (InputStream bytes = set.open(index)) {
      return check(index, bytes);
    }
  }

  /// What a look at an index came to.
  sealed interface Verdict {
    /// A trusted key has signed it, or it is one that is never signed.
    record Good() implements Verdict {}

    /// It is signed in a way that cannot be checked here; clients will.
    ///
    /// @param why one sentence
    record Unchecked(String why) implements Verdict {}

    /// It is not signed as it must be.
    ///
    /// @param why one sentence
    record Bad(String why) implements Verdict {}
  }
}
