package dev.larder.repo;

import dev.larder.store.RelPath;
import java.net.InetAddress;

/// A client's request for a path, as far as finding the answer depends on it.
public interface Ask {
  /// The path below the mirror or repository.
  RelPath path();

  /// Who asks: the connection's address, or the one a trusted proxy forwarded.
  InetAddress client();

  /// Called once the representation is known: which part of the body this request needs after its
  /// preconditions and range are evaluated against it. Keeps a 304 or a HEAD from starting a fill.
  Want want(Representation representation);

  /// The part of the body a request needs.
  sealed interface Want {
    /// None: HEAD, 304, 412, 416.
    record Nothing() implements Want {}

    /// The bytes from `from` to `to`.
    ///
    /// @param from first byte
    /// @param to last byte, inclusive; -1 for the end
    record Bytes(long from, long to) implements Want {}
  }
}
