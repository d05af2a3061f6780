package dev.larder.egress;

import java.net.InetAddress;
import java.util.List;

/// The `[egress]` table: how Larder reaches the outside.
///
/// @param bind source addresses, at most one per address family; empty lets the system choose. With
///   a single family given, only that family is used.
public record EgressSettings(List<InetAddress> bind) {
  /// Takes a defensive copy.
  public EgressSettings {
    bind = List.copyOf(bind);
  }
}
