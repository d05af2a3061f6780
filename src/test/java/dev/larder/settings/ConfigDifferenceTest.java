package dev.larder.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.settings.ConfigDifference.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDifferenceTest {
  private static final String ARCH = "[mirror.arch]\nrefresh = \"5m\"\n";

  @TempDir private Path directory;

  private LoadedConfig load(String toml) {
    try {
      Path file = Files.writeString(directory.resolve("larder.toml"), toml);
      Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
      return Config.load(file, List.of(), machine, Formats.names());
    } catch (IOException | InvalidConfig e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  private List<String> lines(String before, String after) {
    LoadedConfig old = load(before);
    LoadedConfig now = load(after);
    Fixed fixed = new Fixed(old.config(), now.config());
    return ConfigDifference.of(old.settings(), now.settings(), fixed::has).entries().stream()
        .map(Entry::line)
        .toList();
  }

  @Test
  void valuesMatterAndNotWhereTheyAreWritten() {
    assertThat(lines(ARCH, "# a comment\n[mirror.arch]\n")).isEmpty();
    assertThat(lines(ARCH, "[mirror.arch]\nrefresh = \"1m\"\nkeep = \"90d\"\n"))
        .containsExactly(
            "mirror.arch.refresh: \"5m\" -> \"1m\"", "mirror.arch.keep: not set -> \"90d\"");
  }

  @Test
  void tablesComeAndGoAsAWhole() {
    String other = "[mirror.other]\nformat = \"pacman\"\nupstream = \"http://127.0.0.1\"\n";
    assertThat(lines(ARCH, ARCH + other)).containsExactly("mirror.other: added");
    assertThat(lines(ARCH + other, ARCH)).containsExactly("mirror.other: removed");
  }

  @Test
  void aTokenIsKnownByItsNameAndItsHashIsNotShown() {
    String ci = token("ci", "0");
    String bot = token("bot", "1");
    assertThat(lines(ARCH + ci + bot, ARCH + bot + ci)).isEmpty();
    assertThat(lines(ARCH + ci + bot, ARCH + token("bot", "2")))
        .containsExactly("token.bot.hash: changed", "token.ci: removed");
  }

  private static String token(String name, String digit) {
    return "[[token]]\nname = \"%s\"\nhash = \"sha256:%s\"\nscope = [\"admin\"]\n"
        .formatted(name, digit.repeat(64));
  }

  @Test
  void whatOnlyARestartChangesSaysSoAndStays() {
    String other =
        """
        data = "/other"
        [egress]
        resolver = "127.0.0.1:53"
        [console]
        listen = ["127.0.0.1:9999"]
        [mirror.arch]
        format = "freebsd-pkg"
        upstream = "http://127.0.0.1"
        """;
    LoadedConfig old = load(ARCH);
    LoadedConfig now = load(other);
    LoadedConfig merged = new Fixed(old.config(), now.config()).merged(now, old.settings());
    assertThat(merged.config()).isEqualTo(old.config());
    assertThat(lines(ARCH, other))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).endsWith(" (needs a restart)"));
    // The next look says it once more.
    Fixed again = new Fixed(merged.config(), now.config());
    assertThat(ConfigDifference.of(merged.settings(), now.settings(), again::has).entries())
        .hasSameSizeAs(lines(ARCH, other));
  }

  /// Whatever is changed shows, nothing else does, and the way back is the same.
  @Test
  void exactlyWhatDiffersIsTold() {
    Random random = new Random(20261126);
    for (int round = 0; round < 100; round++) {
      List<Integer> before = values(random);
      List<Integer> after = values(random);
      List<String> expected = new ArrayList<>();
      List<String> back = new ArrayList<>();
      for (int i = 0; i < before.size(); i++) {
        if (!before.get(i).equals(after.get(i))) {
          String key = "mirror.m%d.held-generations: ".formatted(i);
          expected.add(key + before.get(i) + " -> " + after.get(i));
          back.add(key + after.get(i) + " -> " + before.get(i));
        }
      }
      assertThat(lines(mirrors(before), mirrors(after))).isEqualTo(expected);
      assertThat(lines(mirrors(after), mirrors(before))).isEqualTo(back);
    }
  }

  private static List<Integer> values(Random random) {
    return random.ints(5, 0, 3).boxed().toList();
  }

  private static String mirrors(List<Integer> values) {
    StringBuilder toml = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      toml.append(
          "[mirror.m%d]\nformat = \"pacman\"\nupstream = \"http://127.0.0.1\"\n".formatted(i)
              + "held-generations = %d\n".formatted(values.get(i)));
    }
    return toml.toString();
  }
}
