package dev.larder.egress;

import java.net.UnknownHostException;

/// A host that is not configured has an address that is not public.
final class AddressRefused extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  /// @param reason what the address is, without the host: `10.0.0.5 is a private address`
  AddressRefused(String reason) {
    super(reason);
  }
}
