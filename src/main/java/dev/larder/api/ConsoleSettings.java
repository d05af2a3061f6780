package dev.larder.api;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[console]` table: the listener for the REST API.
///
/// @param listen addresses to listen on; empty switches the console off
public record ConsoleSettings(List<InetSocketAddress> listen) {
  /// Takes a defensive copy.
  public ConsoleSettings {
    listen = List.copyOf(listen);
  }

  /// Why the console cannot be opened with these settings, in one sentence that says what to do; or
  /// null if nothing speaks against it.
  ///
  /// The console speaks plain HTTP and its token must not cross a network in the clear, so only
  /// loopback addresses are taken.
  public @Nullable String fault() {
    for (InetSocketAddress address : listen) {
      if (address.isUnresolved()) {
        return "[console] listen: the host %s has no address; write an address such as 127.0.0.1:%d"
            .formatted(address.getHostString(), address.getPort());
      }
      if (!address.getAddress().isLoopbackAddress()) {
        return ("[console] listen: %s can be reached from other machines, and the console speaks no"
                + " TLS; use 127.0.0.1:%d and reach it from elsewhere through SSH")
            .formatted(ConsoleListener.text(address), address.getPort());
      }
    }
    return null;
  }
}
