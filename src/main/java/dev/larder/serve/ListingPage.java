package dev.larder.serve;

import java.util.List;

/// What a directory listing shows. Public because templates are compiled into a package of their
/// own.
///
/// @param title name of the content and path below it
/// @param crumbs from the top to this directory
/// @param top whether there is nothing above
/// @param rows directories first
public record ListingPage(String title, List<Crumb> crumbs, boolean top, List<Row> rows) {
  /// Takes defensive copies.
  public ListingPage {
    crumbs = List.copyOf(crumbs);
    rows = List.copyOf(rows);
  }

  /// A step of the way up.
  ///
  /// @param label name of the directory
  /// @param href relative
  public record Crumb(String label, String href) {}

  /// A line.
  ///
  /// @param label name, a directory's with a slash
  /// @param href relative, percent-encoded
  /// @param rest date and size, padded into columns
  /// @param held whether the bytes are here already
  public record Row(String label, String href, String rest, boolean held) {}
}
