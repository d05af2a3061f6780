package dev.larder.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/// The names a shell has completed with lately, one file for each kind and server. The shells write
/// and read it, so that TAB need not wait for a Java runtime; see [CompletionScript].
final class CompletionCache {
  /// Its name in the user's directory for what can be had again.
  static final String DIRECTORY = "completion";

  private CompletionCache() {}

  /// Forgets all names: they were those of another server. Whatever cannot be removed grows old in
  /// a minute.
  static void clear(Surroundings surroundings) {
    Path cache = UserDirectories.cache(surroundings);
    if (cache == null) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(cache.resolve(DIRECTORY))) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      // Nothing was ever completed.
    } catch (IOException e) {
      surroundings
          .err()
          .print("larder: cannot clear %s: %s\n".formatted(cache, FileFault.reason(e)));
    }
  }
}
