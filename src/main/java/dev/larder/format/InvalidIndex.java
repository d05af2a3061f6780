package dev.larder.format;

import java.io.IOException;

/// An index is not what its format says it must be. The message names the index, the entry and the
/// fault, for the operator.
public final class InvalidIndex extends IOException {
  private static final long serialVersionUID = 1L;

  /// An index with this fault.
  public InvalidIndex(String message) {
    super(message);
  }

  /// An index with this fault.
  public InvalidIndex(String message, Throwable cause) {
    super(message, cause);
  }
}
