package dev.larder.config;

import org.jspecify.annotations.Nullable;

/// A key of the configuration: what it is called, what it takes, what it is when nobody says, and
/// what it means. The reading code, the reference and `larder config init` share it.
///
/// @param name in its table
/// @param type of its value
/// @param fallback the default, or null if there is none that is always the same
/// @param otherwise for people: what holds without a value, where `fallback` is null
/// @param meaning one or two sentences
public record Key<T>(
    String name, Type<T> type, @Nullable T fallback, String otherwise, String meaning) {
  /// A key with a default.
  public static <T> Key<T> of(String name, Type<T> type, T fallback, String meaning) {
    return new Key<>(name, type, fallback, "", meaning);
  }

  /// A key without a fixed default.
  ///
  /// @param otherwise what holds without a value: `required`, `signatures are not checked`
  public static <T> Key<T> open(String name, Type<T> type, String otherwise, String meaning) {
    return new Key<>(name, type, null, otherwise, meaning);
  }

  /// The value `larder config init` shows, in TOML: the default, or an example.
  public String shown() {
    return type.toml(fallback == null ? type.example() : fallback);
  }
}
