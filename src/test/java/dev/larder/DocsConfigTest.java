package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.settings.Config;
import dev.larder.settings.Machine;
import dev.larder.testing.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the documents show of a configuration is one: whoever copies it gets no error.
class DocsConfigTest {
  private static final Set<String> FORMATS =
      Set.of("pacman", "freebsd-pkg", "freebsd-update", "freebsd-releases");

  private static final Pattern FENCE =
      Pattern.compile("(?ms)^( *)```([^\\n]*)\\n(.*?)^ *```[ \\t]*$");

  /// The head of a table of ours, in a block that does not say what it is.
  private static final Pattern TABLE =
      Pattern.compile(
          "(?m)^ *\\[\\[?(packages|access|console|token|cache|egress|log|mirror|repo)[.\\]]");

  /// `key = value` in a sentence, with or without its table.
  private static final Pattern SAID =
      Pattern.compile("`(?:\\[[a-z.]+\\] )?([a-z0-9-]+) = ([^`]+)`");

  /// A value alone.
  private static final Pattern VALUE = Pattern.compile("`(\"[^`]*\"|\\[\"[^`]*\"\\])`");

  @TempDir private Path directory;

  /// A block between fences.
  private record Block(String place, String language, String text) {}

  private static List<Block> blocks(String name, String text) {
    List<Block> blocks = new ArrayList<>();
    for (MatchResult fence : FENCE.matcher(text).results().toList()) {
      long line = text.substring(0, fence.start()).lines().count() + 1;
      String body = fence.group(3).replaceAll("(?m)^" + fence.group(1), "");
      blocks.add(new Block(name + ":" + line, fence.group(2).strip(), body));
    }
    return blocks;
  }

  private static List<Block> documented() throws IOException {
    List<Block> blocks = new ArrayList<>();
    texts().forEach((name, text) -> blocks.addAll(blocks(name, text)));
    return blocks;
  }

  /// The documents by their names.
  private static Map<String, String> texts() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> docs = Files.walk(Checkout.root().resolve("docs"))) {
      for (Path file :
          Stream.concat(docs, Stream.of(Checkout.root().resolve("README.md"))).sorted().toList()) {
        if (file.toString().endsWith(".md")) {
          String name = Checkout.root().relativize(file).toString();
          texts.put(name, Files.readString(file));
        }
      }
    }
    return texts;
  }

  private String fault(Block block) throws IOException {
    Path file = Files.writeString(directory.resolve("larder.toml"), block.text());
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, directory);
    try {
      Config.load(file, List.of(), machine, FORMATS);
      return "";
    } catch (InvalidConfig e) {
      return block.place() + ": " + e.getMessage();
    }
  }

  @Test
  void everyConfigurationInTheDocumentsIsValid() throws IOException {
    List<Block> blocks = documented();
    List<Block> shown = blocks.stream().filter(b -> b.language().equals("toml")).toList();
    assertThat(shown).hasSizeGreaterThan(5);
    List<String> faults = new ArrayList<>();
    for (Block block : shown) {
      faults.add(fault(block));
    }
    assertThat(faults).allMatch(String::isEmpty);
    assertThat(blocks)
        .filteredOn(b -> !b.language().equals("toml"))
        .as("blocks with a table of the configuration are marked as toml")
        .noneMatch(b -> b.language().isEmpty() && TABLE.matcher(b.text()).find());
  }

  /// What is wrong with a value; empty if it is right in one of the tables.
  private String fault(String place, List<KeyTable> tables, String key, String value)
      throws IOException {
    List<String> faults = new ArrayList<>();
    for (KeyTable table : tables) {
      String head =
          switch (table.path()) {
            case "" -> "";
            case "mirror.NAME" -> "[mirror.arch]\n";
            case "repo.NAME" -> "[repo.own]\nformat = \"pacman\"\n";
            default -> "[" + table.path() + "]\n";
          };
      faults.add(fault(new Block(place, "toml", head + key + " = " + value + "\n")));
    }
    return faults.contains("") ? "" : String.join("\n", faults);
  }

  private static List<KeyTable> tablesWith(String key) {
    return Config.TABLES.stream()
        .filter(table -> table.keys().stream().anyMatch(each -> each.name().equals(key)))
        .toList();
  }

  @Test
  void everyValueInASentenceIsValid() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, String> each : texts().entrySet()) {
      for (MatchResult said : SAID.matcher(each.getValue()).results().toList()) {
        List<KeyTable> tables = tablesWith(said.group(1));
        if (!tables.isEmpty()) {
          faults.add(fault(each.getKey(), tables, said.group(1), said.group(2)));
        }
      }
    }
    assertThat(faults).hasSizeGreaterThan(5).allMatch(String::isEmpty);
  }

  @Test
  void everyValueInTheMeaningOfAKeyIsValid() throws IOException {
    List<String> faults = new ArrayList<>();
    for (KeyTable table : Config.TABLES) {
      for (Key<?> key : table.keys()) {
        for (MatchResult value :
            VALUE.matcher(key.meaning() + key.otherwise()).results().toList()) {
          List<KeyTable> one = List.of(table);
          String alone = fault(key.name(), one, key.name(), value.group(1));
          String listed = fault(key.name(), one, key.name(), "[" + value.group(1) + "]");
          faults.add(alone.isEmpty() || listed.isEmpty() ? "" : alone);
        }
      }
    }
    assertThat(faults).hasSizeGreaterThan(20).allMatch(String::isEmpty);
  }

  @Test
  void aWrongBlockIsFound() throws IOException {
    Block wrong = blocks("x.md", "a\n```toml\n[cache]\nmax-sise = \"1GiB\"\n```\n").getFirst();
    assertThat(wrong.place()).isEqualTo("x.md:2");
    assertThat(fault(wrong)).startsWith("x.md:2: ").contains("max-sise");
  }
}
