package dev.larder.serve;

import dev.larder.snippet.Snippet;
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
  /// @param snippets what clients have to be told; empty if none are known for the format
  public record Served(
      String name, String format, String path, String url, List<Snippet> snippets) {
    /// Takes a defensive copy.
    public Served {
      snippets = List.copyOf(snippets);
    }
  }
}
