package dev.larder.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key that was read, with what it came to.
///
/// @param table names of the tables it is in, outermost first; empty at the top level
/// @param number which one of the tables of that name, counted from 1, if there may be several
///   (`[[token]]`); else 0
/// @param key its name
/// @param toml its value written in TOML, or null if it is not set and has no default; secrets
///   appear as the reference they are configured by
/// @param origin where the value came from
public record Setting(
    List<String> table, int number, String key, @Nullable String toml, Origin origin) {
  /// A key of a table that there is only one of.
  public Setting(List<String> table, String key, @Nullable String toml, Origin origin) {
    this(table, 0, key, toml, origin);
  }

  /// Takes a defensive copy.
  public Setting {
    table = List.copyOf(table);
  }
}
