package dev.larder.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where programs keep what belongs to their user, after the XDG Base Directory Specification.
///
/// Only the environment is asked. A run without `HOME`, as of a service, has no such place: it
/// reads nothing there, and what would be written is refused.
final class UserDirectories {
  private static final String OURS = "larder";

  private UserDirectories() {}

  /// Our directory for settings; null without a home.
  static @Nullable Path config(Surroundings surroundings) {
    Path base = configBase(surroundings);
    return base == null ? null : base.resolve(OURS);
  }

  /// The directory for the settings of all programs; null without a home.
  static @Nullable Path configBase(Surroundings surroundings) {
    return base(surroundings, "XDG_CONFIG_HOME", ".config");
  }

  /// Our directory for what can be had again; null without a home.
  static @Nullable Path cache(Surroundings surroundings) {
    Path base = base(surroundings, "XDG_CACHE_HOME", ".cache");
    return base == null ? null : base.resolve(OURS);
  }

  /// The directory for the data of all programs; null without a home.
  static @Nullable Path dataBase(Surroundings surroundings) {
    return base(surroundings, "XDG_DATA_HOME", ".local/share");
  }

  /// The specification says to ignore relative values.
  private static @Nullable Path base(Surroundings surroundings, String variable, String otherwise) {
    String named = surroundings.variable(variable);
    if (named.startsWith("/")) {
      return Path.of(named);
    }
    String home = surroundings.variable("HOME");
    return home.startsWith("/") ? Path.of(home).resolve(otherwise) : null;
  }
}
