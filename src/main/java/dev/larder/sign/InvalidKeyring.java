package dev.larder.sign;

import java.io.IOException;

/// The configured keyring cannot be used. The message names the file, the fault and the remedy.
public final class InvalidKeyring extends IOException {
  private static final long serialVersionUID = 1L;

  /// A keyring with this fault.
  public InvalidKeyring(String message) {
    super(message);
  }

  /// A keyring with this fault.
  public InvalidKeyring(String message, Throwable cause) {
    super(message, cause);
  }
}
