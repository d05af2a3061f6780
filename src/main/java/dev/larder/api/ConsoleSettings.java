package dev.larder.api;

import dev.larder.config.Addresses;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[console]` table: the listener for the REST API.
///
/// @param listen addresses to listen on; empty switches the console off
public record ConsoleSettings(List<InetSocketAddress> listen) {
  private static final int DEFAULT_PORT = 8090;

  /// Addresses of the console listener.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DEFAULT_PORT)),
          "Where the console listens. `[]` switches it off.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "console",
          "The console listener: the REST API that the command line uses.",
          false,
          List.of(LISTEN));

  /// Takes a defensive copy.
  public ConsoleSettings {
    listen = List.copyOf(listen);
  }

  /// Reads `[console]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static ConsoleSettings read(Section section) {
    ConsoleSettings settings = new ConsoleSettings(section.get(LISTEN));
    String fault = settings.fault();
    if (fault != null) {
      section.complain(LISTEN, fault, null);
    }
    return settings;
  }

  /// Why the console cannot be opened with these settings, in one sentence that says what to do; or
  /// null if nothing speaks against it.
  ///
  /// The console speaks plain HTTP and its token must not cross a network in the clear, so only
  /// loopback addresses are taken.
  public @Nullable String fault() {
    for (InetSocketAddress address : listen) {
      if (address.isUnresolved()) {
        return "the host %s has no address; write an address such as 127.0.0.1:%d"
            .formatted(address.getHostString(), address.getPort());
      }
      if (!address.getAddress().isLoopbackAddress()) {
        return ("%s can be reached from other machines, and the console speaks no"
                + " TLS; use 127.0.0.1:%d and reach it from elsewhere through SSH")
            .formatted(Addresses.format(address), address.getPort());
      }
    }
    return null;
  }
}
