package dev.larder.config;

import java.util.List;
import java.util.stream.Collectors;
import org.tomlj.Toml;

/// Texts and names in TOML notation.
final class Quoted {
  private static final int LONGEST_IN_ERRORS = 80;

  private Quoted() {}

  /// A basic string.
  static String toml(String text) {
    return "\"" + Toml.tomlEscape(text) + "\"";
  }

  /// A text inside an error message: escaped, and cut if it is long.
  static String text(String text) {
    return text.length() <= LONGEST_IN_ERRORS
        ? toml(text)
        : toml(text.substring(0, LONGEST_IN_ERRORS) + "...");
  }

  /// A dotted key, its parts quoted where they must be.
  static String key(List<String> parts) {
    return parts.stream()
        .map(part -> part.matches("[A-Za-z0-9_-]+") ? part : toml(part))
        .collect(Collectors.joining("."));
  }
}
