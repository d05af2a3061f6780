package dev.larder;

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
}
