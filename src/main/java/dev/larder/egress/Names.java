package dev.larder.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Turns host names into addresses.
public interface Names {
  /// All addresses of `host`, in order of preference; never empty.
  ///
  /// @param host a name, or an address without brackets
  /// @throws UnknownHostException if there are none
  List<InetAddress> lookup(String host) throws UnknownHostException;

  /// The resolver of the operating system.
  static Names system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
