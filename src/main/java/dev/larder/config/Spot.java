package dev.larder.config;

import java.nio.file.Path;

/// The place of a value or key, exact enough to point at.
sealed interface Spot {
  /// Characters of one line of the file. Lines and columns count from 1, columns and lengths in
  /// code points, as the TOML parser counts.
  record Place(Source source, int line, int column, int length) implements Spot {}

  /// An environment variable or an option.
  ///
  /// @param directory what relative paths in it are relative to
  record Outside(Origin origin, Path directory) implements Spot {}

  /// The file as a whole, or what stands for it when there is none.
  record Whole(String name) implements Spot {}

  /// What a setting found here names as its origin.
  default Origin origin() {
    return switch (this) {
      case Place place -> new Origin.File(place.source().name(), place.line());
      case Outside outside -> outside.origin();
      case Whole whole -> new Origin.File(whole.name(), 1);
    };
  }

  /// Resolves a path written here.
  ///
  /// @return absolute and without `..`
  default Path resolve(Path path) {
    Path directory =
        switch (this) {
          case Place place -> place.source().directory();
          case Outside outside -> outside.directory();
          case Whole _ -> Path.of("/");
        };
    return directory.resolve(path).normalize();
  }
}
