package dev.larder.mirror;

import java.io.IOException;

/// The disk failed us, not an upstream.
final class DiskFailure extends Exception {
  private static final long serialVersionUID = 1L;

  DiskFailure(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
