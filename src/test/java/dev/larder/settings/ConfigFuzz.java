package dev.larder.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.config.InvalidConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/// A whole `larder.toml`: what is wrong with it is told, with the place.
final class ConfigFuzz {
  private static final Set<String> FORMATS =
      Set.of("pacman", "freebsd-pkg", "freebsd-update", "freebsd-releases");

  @TempDir private Path root;

  @FuzzTest
  void toml(byte[] bytes) throws Exception {
    Path file = Files.write(root.resolve("larder.toml"), bytes);
    Machine machine =
        new Machine(Map.of(), "Linux", "me", root.resolve("home"), root.resolve("here"), root);
    try {
      LoadedConfig config = Config.load(file, List.of(), machine, FORMATS);
      assertThat(config.config().mirrors()).isNotNull();
    } catch (InvalidConfig e) {
      assertThat(e).hasMessageContaining("larder.toml");
    }
  }
}
