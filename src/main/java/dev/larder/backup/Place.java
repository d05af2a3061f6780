package dev.larder.backup;

import dev.larder.store.RelPath;
import java.util.regex.Pattern;

/// Where files may be in a backup, and so where a restore may write: a backup that names another
/// place was not made by Larder.
final class Place {
  /// Begins what clients may see.
  static final String TREE = "data/tree/";

  /// Begins what belongs into the data directory.
  static final String DATA = "data/";

  /// Begins the configuration.
  static final String CONFIG = "config/";

  private static final Pattern KNOWN =
      Pattern.compile(
          "data/tree/.+|data/state/.+|data/keys/.+|data/tokens\\.json"
              + "|data/audit\\.ndjson(\\.\\d+)?|config/larder\\.toml|config/files/.+");

  private Place() {}

  /// The path of an entry.
  ///
  /// @throws DamagedBackup if it is not one that a backup has
  static RelPath of(String name) throws DamagedBackup {
    RelPath path = RelPath.orNull(name);
    if (path == null || !KNOWN.matcher(name).matches()) {
      throw new DamagedBackup(
          "it has an entry %s, which no backup has; nothing of it is taken"
              .formatted(name.replaceAll("\\p{Cntrl}", "?")));
    }
    return path;
  }
}
