package dev.larder.serve;

import java.util.List;

/// What the page at `/` shows. Public because templates are compiled into a package of their own.
///
/// @param served sorted by name
public record FrontPage(List<Served> served) {
  /// Takes a defensive copy.
  public FrontPage {
    served = List.copyOf(served);
  }

  /// A content.
  ///
  /// @param name as in the configuration
  /// @param format `pacman`
  /// @param path of its root on this server, percent-encoded
  /// @param url of its root as the client would write it
  /// @param snippet line for the client's configuration; empty if there is none to give
  public record Served(String name, String format, String path, String url, String snippet) {}
}
