package dev.larder.egress;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[egress]` table: how Larder reaches the outside.
///
/// @param bind source addresses, at most one per address family; empty lets the system choose. With
///   a single family given, only that family is used.
/// @param resolver the name server to ask, or null for those of the system
public record EgressSettings(List<InetAddress> bind, @Nullable InetSocketAddress resolver) {
  /// Source addresses.
  public static final Key<List<InetAddress>> BIND =
      Key.of(
          "bind",
          Type.list("list of IP addresses", Type.address()),
          List.of(),
          "Source addresses of everything Larder fetches, at most one per address family. With one"
              + " family given, only that family is used; `[]` lets the system choose.");

  /// The name server.
  public static final Key<InetSocketAddress> RESOLVER =
      Key.open(
          "resolver",
          Type.serverAddress(),
          "the name servers of the system",
          "Name server for everything Larder looks up, addresses and SRV records. `/etc/hosts` is"
              + " not read then. Questions to it come from no `bind` address.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable("egress", "How Larder reaches the outside.", false, List.of(BIND, RESOLVER));

  /// Takes a defensive copy.
  public EgressSettings {
    bind = List.copyOf(bind);
  }

  /// With the name servers of the system.
  public EgressSettings(List<InetAddress> bind) {
    this(bind, null);
  }

  /// Reads `[egress]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static EgressSettings read(Section section) {
    List<InetAddress> bind = section.get(BIND);
    long four = bind.stream().filter(Inet4Address.class::isInstance).count();
    if (four > 1 || bind.size() - four > 1) {
      section.complain(
          BIND,
          "two addresses of one family",
          "give at most one IPv4 and one IPv6 address; each fetch has one source");
    }
    if (bind.stream().anyMatch(a -> a.isAnyLocalAddress() || a.isMulticastAddress())) {
      section.complain(
          BIND, "this is not an address of one machine", "leave it out to let the system choose");
    }
    InetSocketAddress resolver = section.find(RESOLVER);
    if (resolver != null
        && (resolver.getPort() == 0 || resolver.getAddress().isAnyLocalAddress())) {
      section.complain(
          RESOLVER, "this is not the address of a name server", "write one such as 127.0.0.1:53");
    }
    return new EgressSettings(bind, resolver);
  }
}
