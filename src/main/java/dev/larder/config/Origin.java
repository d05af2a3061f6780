package dev.larder.config;

/// Where a value came from.
public sealed interface Origin {
  /// A line of the configuration file.
  ///
  /// @param file as it was named
  /// @param line counted from 1
  record File(String file, int line) implements Origin {}

  /// An environment variable.
  ///
  /// @param name such as `LARDER_PACKAGES__LISTEN`
  record Variable(String name) implements Origin {}

  /// An option of the command line.
  ///
  /// @param option such as `--listen`
  record Argument(String option) implements Origin {}

  /// Nobody said anything: the built-in default.
  record Default() implements Origin {}

  /// For people: `larder.toml:3`, `LARDER_DATA`, `--listen`, `default`.
  default String describe() {
    return switch (this) {
      case File(String file, int line) -> file + ":" + line;
      case Variable(String name) -> name;
      case Argument(String option) -> option;
      case Default() -> "default";
    };
  }
}
