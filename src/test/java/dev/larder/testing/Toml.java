package dev.larder.testing;

import dev.larder.config.Document;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Section;
import java.nio.file.Path;
import java.util.function.Function;

/// Reads settings from text, as if it stood in `/etc/larder/larder.toml`.
public final class Toml {
  private Toml() {}

  /// What `reader` makes of the document's top level.
  ///
  /// @throws InvalidConfig with every problem, as the operator would see it
  public static <T> T read(String toml, Function<Section, T> reader) throws InvalidConfig {
    Document document = Document.parse("larder.toml", Path.of("/etc/larder"), toml);
    T settings = reader.apply(document.root());
    document.finish();
    return settings;
  }
}
