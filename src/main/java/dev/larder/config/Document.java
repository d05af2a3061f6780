package dev.larder.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlValue;

/// A configuration being read: the file, what the environment overrides, and everything found
/// wrong.
///
/// Reading goes in three steps. Load the file and lay overrides over it; walk it with [#root()],
/// where every key that is asked for becomes a known key; then [#finish()], which refuses what
/// nobody asked for and throws if there was any problem. Until then each [Section] answers a broken
/// value with a stand-in, so that one run reports everything.
///
/// A file that is not TOML is refused at once: what its keys mean would be guessed.
public final class Document {
  /// Nobody writes a configuration of this size; whoever points at an image learns it quickly.
  private static final int MAX_BYTES = 1 << 20;

  private final Node.Fields fields;
  private final Section root;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Setting> settings = new ArrayList<>();

  private Document(String name, Node.Fields fields) {
    this.fields = fields;
    this.root = new Section(this, List.of(), fields, new Spot.Whole(name));
  }

  /// No file: every value has its default unless it is overridden.
  public static Document empty() {
    String name = "configuration";
    return new Document(name, new Node.Fields(new LinkedHashMap<>(), new Spot.Whole(name)));
  }

  /// Reads a file.
  ///
  /// @throws InvalidConfig if it cannot be read or is not TOML 1.1 in UTF-8
  public static Document load(Path file) throws InvalidConfig {
    String name = file.toString();
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException _) {
      throw new InvalidConfig(
          name, "there is no such file; write one with \"larder config init --path " + name + "\"");
    } catch (AccessDeniedException _) {
      throw new InvalidConfig(name, "cannot be read: permission denied; make it readable for us");
    } catch (IOException e) {
      throw new InvalidConfig(name, "cannot be read: " + e.getMessage() + "; it must be a file");
    }
    if (bytes.length > MAX_BYTES) {
      throw new InvalidConfig(name, "is larger than 1 MiB; this is not a configuration file");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file's parent");
      return parse(name, directory, text);
    } catch (CharacterCodingException _) {
      throw new InvalidConfig(name, "is not UTF-8 text; TOML has to be");
    }
  }

  /// Reads a text.
  ///
  /// @param name what errors call it
  /// @param directory absolute; what relative paths in it are relative to
  /// @throws InvalidConfig if it is not TOML 1.1
  public static Document parse(String name, Path directory, String text) throws InvalidConfig {
    // Windows editors put a byte order mark in front, which TOML has no place for.
    String toml = text.startsWith("\uFEFF") ? text.substring(1) : text;
    Source source = Source.of(name, directory, toml);
    TomlParseResult parsed = Toml.parse(toml, TomlParseOptions.sourceless());
    if (parsed.hasErrors()) {
      throw new InvalidConfig(
          parsed.errors().stream().map(error -> syntaxProblem(source, error)).toList());
    }
    return new Document(name, fields(source, parsed, List.of(), new Spot.Whole(name)));
  }

  private static Problem syntaxProblem(Source source, TomlParseError error) {
    String message = Objects.requireNonNullElse(error.getMessage(), "this is not TOML");
    Spot.Place at = source.character(error.position());
    return new Problem(at, message, source.quotesMissing(at) ? "text needs quotes" : null);
  }

  private static Node.Fields fields(Source source, TomlTable table, List<String> path, Spot spot) {
    Map<String, Node.Field> children = new LinkedHashMap<>();
    for (String key : table.keySet()) {
      List<String> child = new ArrayList<>(path);
      child.add(key);
      var entry = Objects.requireNonNull(table.entry(List.of(key)), "a key of the key set");
      Spot keySpot = source.key(known(entry.position()), child);
      Object value = Objects.requireNonNull(table.get(List.of(key)), "a key of the key set");
      Node node = node(source, value, entry.value(), child, keySpot);
      children.put(key, new Node.Field(keySpot, node));
    }
    return new Node.Fields(children, spot);
  }

  private static TomlPosition known(@Nullable TomlPosition position) {
    // Only elements that were not parsed from a text have none.
    return position == null ? TomlPosition.positionAt(1, 1) : position;
  }

  private static Node node(
      Source source, Object value, TomlValue where, List<String> path, Spot keySpot) {
    return switch (value) {
      case TomlTable table -> fields(source, table, path, keySpot);
      case TomlArray array -> {
        List<Node> items = new ArrayList<>();
        Spot spot = source.value(known(where.position()));
        for (int i = 0; i < array.size(); i++) {
          TomlValue item = array.entry(i).value();
          // A table of [[tables]] has a header of its own to point at.
          Spot at =
              array.get(i) instanceof TomlTable ? source.key(known(item.position()), path) : spot;
          items.add(node(source, array.get(i), item, path, at));
        }
        yield new Node.Items(List.copyOf(items), spot);
      }
      default -> new Node.Scalar(value, source.value(known(where.position())));
    };
  }

  /// Lays environment variables over the file: `LARDER_PACKAGES__LISTEN` is `listen` in
  /// `[packages]`. Two underscores separate tables and key, one stands for `-` (or for `.` and `_`
  /// where a table of that name is in the file).
  ///
  /// @param prefix of the variables that are ours, `LARDER_`
  /// @param reserved variables that begin like ours and mean something else
  /// @param directory absolute; what relative paths in variables are relative to
  public void override(
      String prefix, Map<String, String> environment, Predicate<String> reserved, Path directory) {
    new TreeMap<>(environment)
        .forEach((name, text) -> {
          if (name.startsWith(prefix) && !reserved.test(name)) {
            Spot spot = new Spot.Outside(new Origin.Variable(name), directory);
            overrideOne(List.of(name.substring(prefix.length()).split("__", -1)), text, spot);
          }
        });
  }

  private void overrideOne(List<String> words, String text, Spot spot) {
    if (words.contains("")) {
      report(new Problem(spot, "names no key", "a key in a table is written LARDER_TABLE__KEY"));
      return;
    }
    Node.Fields table = fields;
    for (String word : words.subList(0, words.size() - 1)) {
      String key = Overrides.keyFor(word, table.children().keySet());
      Node.Field field =
          table
              .children()
              .computeIfAbsent(
                  key, _ -> new Node.Field(spot, new Node.Fields(new LinkedHashMap<>(), spot)));
      if (!(field.node() instanceof Node.Fields child)) {
        String where = field.node().spot().origin().describe();
        report(new Problem(spot, "\"" + key + "\" is not a table in " + where, null));
        return;
      }
      table = child;
    }
    String key = Overrides.keyFor(words.getLast(), table.children().keySet());
    Node.Field before = table.children().get(key);
    if (before != null && before.node() instanceof Node.Fields) {
      report(
          new Problem(
              spot,
              "[" + key + "] is a table, not a key",
              "name one of its keys, like " + spot.origin().describe() + "__KEY"));
      return;
    }
    table.children().put(key, new Node.Field(spot, new Node.Words(text, spot)));
  }

  /// Lays an option of the command line over file and environment.
  ///
  /// @param option such as `--listen`
  /// @param table the key's table at the top level
  /// @param values the items of a list
  /// @param directory absolute; what relative paths in the option are relative to
  public void override(
      String option, String table, String key, List<String> values, Path directory) {
    Spot spot = new Spot.Outside(new Origin.Argument(option), directory);
    Node.Field field =
        fields
            .children()
            .computeIfAbsent(
                table, _ -> new Node.Field(spot, new Node.Fields(new LinkedHashMap<>(), spot)));
    // Where it is no table, reading it says so.
    if (field.node() instanceof Node.Fields section) {
      List<Node> items = new ArrayList<>();
      values.forEach(value -> items.add(new Node.Scalar(value, spot)));
      section.children().put(key, new Node.Field(spot, new Node.Items(items, spot)));
    }
  }

  /// The top level.
  public Section root() {
    return root;
  }

  /// Refuses unknown keys, and throws if anything was wrong.
  ///
  /// @return every key that was asked for, in the order of asking
  /// @throws InvalidConfig with all problems
  public List<Setting> finish() throws InvalidConfig {
    root.refuseUnknown();
    if (!problems.isEmpty()) {
      throw new InvalidConfig(problems);
    }
    return List.copyOf(settings);
  }

  void report(Problem problem) {
    problems.add(problem);
  }

  void record(Setting setting) {
    settings.add(setting);
  }
}
