package dev.larder.api;

import dev.larder.access.Access;
import dev.larder.events.EventLog;
import dev.larder.repo.Repositories;
import dev.larder.sign.KeyStore;
import dev.larder.store.DataDirectory;
import dev.larder.testing.Temporary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A console of a server that has no repositories of its own.
public final class SampleConsole {
  private SampleConsole() {}

  /// As [ConsoleListener#open].
  public static ConsoleListener open(ConsoleSettings settings, Operations operations, Access access)
      throws IOException {
    Path directory = Temporary.directory("larder-keys");
    SampleKeys keys =
        new SampleKeys(KeyStore.open(directory.resolve("keys"), () -> SampleOperations.NOW));
    return open(settings, operations, access, keys);
  }

  /// The same with these keys.
  public static ConsoleListener open(
      ConsoleSettings settings, Operations operations, Access access, KeyOperations keys)
      throws IOException {
    Repositories none =
        Repositories.open(
            DataDirectory.open(Temporary.directory("larder-none")),
            List.of(),
            Set.of(),
            made -> {
              throw new IOException("no repository can be made here: " + made.name());
            });
    return ConsoleListener.open(
        settings,
        new Services(operations, access, none, keys, new EventLog(() -> SampleOperations.NOW)));
  }
}
