package dev.larder.format;

import java.io.IOException;

/// A file is not a package of its format, or not one that may be hosted. The message is a sentence
/// for whoever uploaded it: what is wrong with which member, and where it helps, what to do.
public final class InvalidPackage extends IOException {
  private static final long serialVersionUID = 1L;

  /// A package with this fault.
  public InvalidPackage(String message) {
    super(message);
  }

  /// A package with this fault.
  public InvalidPackage(String message, Throwable cause) {
    super(message, cause);
  }
}
