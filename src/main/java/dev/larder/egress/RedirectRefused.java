package dev.larder.egress;

import java.io.IOException;

/// An upstream sent us to a place where we do not go. The message is for the operator: it names the
/// place and the configuration that would allow it.
public final class RedirectRefused extends IOException {
  private static final long serialVersionUID = 1L;

  private final String host;

  /// A refusal to follow to `host`.
  RedirectRefused(String host, String message) {
    super(message);
    this.host = host;
  }

  /// The host we were sent to, lower-case.
  public String host() {
    return host;
  }
}
