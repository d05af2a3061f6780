package dev.larder;

import org.jspecify.annotations.Nullable;

/// Larder's own version.
final class Version {
  private Version() {}

  /// The version in the jar's manifest; `development` when run from class files.
  static String current() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
