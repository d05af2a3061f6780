package dev.larder.api;

import java.net.InetSocketAddress;
import java.util.List;

/// The `[console]` table: the listener for the REST API.
///
/// @param listen addresses to listen on; empty switches the console off
public record ConsoleSettings(List<InetSocketAddress> listen) {
  /// Takes a defensive copy.
  public ConsoleSettings {
    listen = List.copyOf(listen);
  }
}
