package dev.larder.settings;

import dev.larder.config.InvalidConfig;
import dev.larder.config.Key;
import dev.larder.config.Origin;
import dev.larder.config.Setting;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The configuration and how it came about.
///
/// @param file that was read, or null if there is none and defaults hold
/// @param settings every key with its value and origin, in the order of the reference
public record LoadedConfig(Config config, @Nullable Path file, List<Setting> settings) {
  /// Takes a defensive copy.
  public LoadedConfig {
    settings = List.copyOf(settings);
  }

  /// What is wrong with a key that only shows when it is used: with the place where it is set.
  ///
  /// @param table names of its tables
  /// @param problem one sentence that says what is wrong and what to do
  public InvalidConfig problem(List<String> table, Key<?> key, String problem) {
    for (Setting setting : settings) {
      boolean meant = setting.table().equals(table) && setting.key().equals(key.name());
      if (meant && !(setting.origin() instanceof Origin.Default)) {
        return new InvalidConfig(setting.origin().describe(), problem);
      }
    }
    String header = "[" + String.join(".", table) + "]";
    return new InvalidConfig(file == null ? header : file + ": " + header, problem);
  }
}
