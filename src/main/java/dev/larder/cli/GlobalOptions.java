package dev.larder.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The options every command takes, as far as commands outside this package need them.
public interface GlobalOptions {
  /// The configuration file the user named with `--config`, or null for the usual places.
  @Nullable Path config();

  /// Whether the result is to be JSON: `-o json`.
  boolean json();

  /// `--quiet`.
  boolean quiet();

  /// Whether standard output takes colours.
  boolean coloured();
}
