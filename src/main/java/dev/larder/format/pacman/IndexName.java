package dev.larder.format.pacman;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of a sync database, `core.db`, or the long one repo-add writes, `core.db.tar.gz`.
///
/// @param part which of a repository's databases it is
record IndexName(Part part) {
  // A repository is named like a package; anything else ending in .db is somebody's other file.
  private static final Pattern FORM =
      Pattern.compile(
          "[A-Za-z0-9@_+][A-Za-z0-9@._+-]*?"
              + "(?:\\.(?<part>db|files)(?:\\.tar(?:\\.(?:gz|zst|xz|bz2|lz4))?)?"
              + "|\\.(?<links>links)\\.tar\\.gz)");

  /// The databases of one repository.
  enum Part {
    /// Names the packages.
    DB,
    /// Names them again, with the files they hold; for `pacman -F`.
    FILES,
    /// Shared libraries the packages need; made by Arch's own scripts, read by theirs only.
    LINKS
  }

  /// Reads a file name; null if it is not a database's.
  static @Nullable IndexName orNull(String fileName) {
    Matcher matcher = FORM.matcher(fileName);
    if (!matcher.matches()) {
      return null;
    }
    if (matcher.group("links") != null) {
      return new IndexName(Part.LINKS);
    }
    return new IndexName("db".equals(matcher.group("part")) ? Part.DB : Part.FILES);
  }
}
