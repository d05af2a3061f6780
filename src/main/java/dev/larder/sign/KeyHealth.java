package dev.larder.sign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How the keys are that lie in a directory, found without changing anything in it.
///
/// @param sound names of those that sign
/// @param expiring sentences about those that sign, by their names: they soon expire, or something
///   beside them is wrong
/// @param broken sentences about those that do not sign, by their names
public record KeyHealth(
    List<String> sound, Map<String, String> expiring, Map<String, String> broken) {
  /// Takes defensive copies.
  public KeyHealth {
    sound = List.copyOf(sound);
    expiring = new TreeMap<>(expiring);
    broken = new TreeMap<>(broken);
  }

  /// Looks at the keys in `directory`, which need not be there.
  ///
  /// @throws IOException if it cannot be read
  public static KeyHealth of(Path directory, InstantSource clock) throws IOException {
    List<String> sound = new ArrayList<>();
    Map<String, String> expiring = new TreeMap<>();
    Map<String, String> broken = new TreeMap<>();
    Instant now = clock.instant();
    for (Path path :
        Files.isDirectory(directory) ? KeyStore.directories(directory) : List.<Path>of()) {
      String name = path.getFileName().toString();
      try {
        StoredKey key = StoredKey.read(name, new KeyDirectory(path), clock);
        String warning = key.report().warning(now);
        Instant expires = key.report().current().expires();
        if (warning != null && expires != null && !now.isBefore(expires)) {
          broken.put(name, warning);
        } else if (warning != null || !key.warnings().isEmpty()) {
          expiring.put(name, warning == null ? String.join("; ", key.warnings()) : warning);
        } else {
          sound.add(name);
        }
      } catch (IOException | RuntimeException e) {
        KeyTrouble trouble = KeyTrouble.of(path, e);
        broken.put(name, trouble.about(name) + "; " + trouble.advice());
      }
    }
    return new KeyHealth(sound, expiring, broken);
  }
}
