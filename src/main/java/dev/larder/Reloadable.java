package dev.larder;

import dev.larder.config.InvalidConfig;
import dev.larder.settings.LoadedConfig;
import java.io.IOException;

/// A part of the server that can take another configuration while it runs.
interface Reloadable {
  /// Makes ready for another configuration: opens what it needs, finds out what is wrong with it.
  /// Clients notice nothing of it.
  ///
  /// @throws InvalidConfig if it cannot be used, with the place where that shows
  /// @throws IOException if it cannot be used, without one; either way everything is as it was
  Prepared prepare(LoadedConfig next) throws InvalidConfig, IOException;

  /// A part that is ready for another configuration. Exactly one of the two is called, by the
  /// thread that prepared it.
  interface Prepared {
    /// Takes it. Does not fail.
    void apply();

    /// Leaves everything as it was.
    void discard();
  }

  /// A part that needs nothing to be ready.
  ///
  /// @param take takes the configuration; does not fail
  static Prepared ready(Runnable take) {
    return new Prepared() {
      @Override
      public void apply() {
        take.run();
      }

      @Override
      public void discard() {
        // There is nothing to let go of.
      }
    };
  }
}
