package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.config.KeyTable;
import dev.larder.settings.Config;
import dev.larder.settings.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keeps the reference page in step with the code. To write it anew: `mvn test
/// -Dtest=ConfigReferenceTest -Dlarder.reference=write`.
class ConfigReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/configuration.md");

  @Test
  void thePageIsWhatTheKeysSay() throws IOException {
    if ("write".equals(System.getProperty("larder.reference"))) {
      Files.createDirectories(PAGE.resolveSibling(""));
      Files.writeString(PAGE, ConfigReference.page());
    }
    assertThat(PAGE)
        .as("out of step; run: mvn test -Dtest=ConfigReferenceTest -Dlarder.reference=write")
        .hasContent(ConfigReference.page());
  }

  @Test
  void everyKeyOfTheTableIsReadAndEveryKeyReadIsInTheTable(@TempDir Path directory)
      throws InvalidConfig, IOException {
    // Tables that are not there unless somebody writes them.
    Path file = directory.resolve("larder.toml");
    String hash = "sha256:" + "0".repeat(64);
    Files.writeString(
        file,
        "[repo.own]\nformat = \"pacman\"\n"
            + "[[token]]\nname = \"a\"\nhash = \"%s\"\nscope = [\"admin\"]\n".formatted(hash));
    Path nowhere = Path.of("/nonexistent");
    Machine machine = new Machine(Map.of(), "Linux", "me", nowhere, nowhere, nowhere);
    List<String> read =
        Config.load(file, List.of(), machine, Set.of("pacman")).settings().stream()
            .map(setting -> String.join(".", setting.table()) + " " + setting.key())
            .map(name -> name.replace("mirror.arch ", "mirror.NAME "))
            .map(name -> name.replace("repo.own ", "repo.NAME "))
            .map(name -> name.replace("token ", "[token] "))
            .toList();
    assertThat(read).doesNotHaveDuplicates().containsExactlyElementsOf(documented());
  }

  private static List<String> documented() {
    return Config.TABLES.stream().flatMap(ConfigReferenceTest::names).collect(Collectors.toList());
  }

  private static Stream<String> names(KeyTable table) {
    return table.keys().stream().map(key -> table.path() + " " + key.name());
  }
}
