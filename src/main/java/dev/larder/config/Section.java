package dev.larder.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One table of the configuration, or the top level. A feature reads its settings from it.
///
/// Whatever is asked for is a known key; ask for all keys, whether they are needed or not. Problems
/// are collected, and a value that cannot be had is replaced by its default or by an example until
/// [Document#finish()] throws.
public final class Section {
  private final Document document;
  private final List<String> path;
  private final int number;
  private final Node.Fields fields;
  private final Spot spot;
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, Section> children = new LinkedHashMap<>();

  /// @param spot the header, or what stands for it
  Section(Document document, List<String> path, Node.Fields fields, Spot spot) {
    this(document, path, 0, fields, spot);
  }

  private Section(Document document, List<String> path, int number, Node.Fields fields, Spot spot) {
    this.document = document;
    this.path = List.copyOf(path);
    this.number = number;
    this.fields = fields;
    this.spot = spot;
  }

  /// The table's own name; empty at the top level.
  public String name() {
    return path.isEmpty() ? "" : path.getLast();
  }

  /// The table's whole name as its header has it: `mirror.arch`.
  public String path() {
    return Quoted.key(path);
  }

  /// Whether the table has anything in it.
  public boolean isPresent() {
    return !fields.children().isEmpty();
  }

  /// Whether `key` is set, rightly or wrongly, in the file or by an override.
  public boolean isSet(Key<?> key) {
    return fields.children().containsKey(key.name());
  }

  /// The value of a key that has a default.
  public <T> T get(Key<T> key) {
    return get(key, Objects.requireNonNull(key.fallback(), () -> key.name() + " has no default"));
  }

  /// The value of a key whose default depends on something.
  public <T> T get(Key<T> key, T fallback) {
    return Objects.requireNonNullElse(read(key, fallback), fallback);
  }

  /// The value of a key that may stay unset.
  ///
  /// @return null if it is not set
  public <T> @Nullable T find(Key<T> key) {
    return read(key, null);
  }

  /// The value of a key that has to be set; a problem if it is not.
  public <T> T require(Key<T> key) {
    if (!isSet(key)) {
      String wanted = key.name() + " = " + key.type().toml(key.type().example());
      document.report(
          new Problem(spot, title() + " has no " + Quoted.text(key.name()), "add: " + wanted));
    }
    return Objects.requireNonNullElse(read(key, null), key.type().example());
  }

  private <T> @Nullable T read(Key<T> key, @Nullable T fallback) {
    known.add(key.name());
    Node.Field field = fields.children().get(key.name());
    if (field == null) {
      String toml = fallback == null ? null : key.type().toml(fallback);
      document.record(new Setting(path, number, key.name(), toml, new Origin.Default()));
      return fallback;
    }
    T value =
        key.type()
            .read(
                field.node(),
                (at, what) ->
                    document.report(
                        new Problem(
                            at,
                            where(key) + ": " + what,
                            example(key, at),
                            !key.type().isSecret())));
    if (value != null) {
      document.record(
          new Setting(
              path, number, key.name(), key.type().toml(value), field.node().spot().origin()));
    }
    return value;
  }

  private static <T> String example(Key<T> key, Spot at) {
    T example = key.type().example();
    return "for example: "
        + switch (at) {
          case Spot.Outside(Origin.Variable(String variable), _) ->
              variable + "=" + key.type().plain(example);
          case Spot.Outside(Origin.Argument(String option), _) ->
              option + " " + key.type().plain(example);
          case Spot.Outside _, Spot.Place _, Spot.Whole _ ->
              key.name() + " = " + key.type().toml(example);
        };
  }

  /// The table `name` inside this one; empty if it is absent.
  public Section table(String name) {
    known.add(name);
    return children.computeIfAbsent(name, _ -> open(name, false));
  }

  /// The tables inside this one, for tables whose names the user chooses.
  public List<Section> tables() {
    List<Section> all = new ArrayList<>();
    fields
        .children()
        .forEach((name, field) -> {
          known.add(name);
          Section table = children.computeIfAbsent(name, _ -> open(name, true));
          if (field.node() instanceof Node.Fields) {
            all.add(table);
          }
        });
    return List.copyOf(all);
  }

  /// The tables called `name`, of which there may be several: `[[token]]`, once for each.
  ///
  /// @return in the order of the file; empty if there are none
  public List<Section> list(String name) {
    known.add(name);
    Node.Field field = fields.children().get(name);
    if (field == null) {
      return List.of();
    }
    List<String> child = Stream.concat(path.stream(), Stream.of(name)).toList();
    List<Section> all = new ArrayList<>();
    boolean tables = field.node() instanceof Node.Items;
    if (field.node() instanceof Node.Items(List<Node> items, _)) {
      for (Node item : items) {
        tables &= item instanceof Node.Fields;
        if (item instanceof Node.Fields table) {
          Section section = new Section(document, child, all.size() + 1, table, table.spot());
          // No key of a file is called like this: a name has no blank before it.
          children.put(" " + name + all.size(), section);
          all.add(section);
        }
      }
    }
    if (!tables) {
      String message = Quoted.text(name) + in() + ": expected tables, got " + field.node().kind();
      String hint =
          field.keySpot() instanceof Spot.Outside
              ? "they can only be given in the file"
              : "write each as [[" + Quoted.key(child) + "]]";
      document.report(new Problem(field.keySpot(), message, hint));
    }
    return List.copyOf(all);
  }

  private Section open(String name, boolean named) {
    List<String> child = Stream.concat(path.stream(), Stream.of(name)).toList();
    Node.Field field = fields.children().get(name);
    if (field == null) {
      return new Section(document, child, new Node.Fields(Map.of(), spot), spot);
    }
    if (field.node() instanceof Node.Fields table) {
      return new Section(document, child, table, field.keySpot());
    }
    String message = Quoted.text(name) + in() + ": expected a table, got " + field.node().kind();
    String hint =
        field.keySpot() instanceof Spot.Outside outside
            ? "name one of its keys, like " + outside.origin().describe() + "__KEY"
            : named
                ? "each has a name: [" + Quoted.key(path) + ".NAME]"
                : "write it as a table: [" + Quoted.key(child) + "]";
    document.report(new Problem(field.keySpot(), message, hint));
    return new Section(document, child, new Node.Fields(Map.of(), spot), field.keySpot());
  }

  /// Reports a problem with the value of `key`.
  ///
  /// @param message what is wrong; the key is named in front
  /// @param hint what to do, or null
  public void complain(Key<?> key, String message, @Nullable String hint) {
    Node.Field field = fields.children().get(key.name());
    Spot at = field == null ? spot : field.node().spot();
    document.report(new Problem(at, where(key) + ": " + message, hint, !key.type().isSecret()));
  }

  /// Reports a problem with the table itself.
  ///
  /// @param message what is wrong; the table is named in front
  /// @param hint what to do, or null
  public void complain(String message, @Nullable String hint) {
    document.report(new Problem(spot, title() + " " + message, hint));
  }

  private String where(Key<?> key) {
    return Quoted.text(key.name()) + in();
  }

  private String in() {
    return path.isEmpty() ? "" : " in " + title();
  }

  private String title() {
    if (path.isEmpty()) {
      return "the top level";
    }
    return number > 0 ? "[[" + Quoted.key(path) + "]]" : "[" + Quoted.key(path) + "]";
  }

  /// Reports every key that nobody asked for, here and in the tables that were read.
  void refuseUnknown() {
    fields
        .children()
        .forEach((name, field) -> {
          if (!known.contains(name)) {
            document.report(unknown(name, field));
          }
        });
    children.values().forEach(Section::refuseUnknown);
  }

  private Problem unknown(String name, Node.Field field) {
    boolean table = field.node() instanceof Node.Fields && path.isEmpty();
    String where = path.isEmpty() ? " at the top level" : in();
    String message =
        table
            ? "unknown table [" + Quoted.key(List.of(name)) + "]"
            : "unknown key " + Quoted.text(name) + where;
    String near = Suggestion.nearest(name, known);
    if (field.keySpot() instanceof Spot.Outside) {
      String tail = table ? "__..." : "";
      return new Problem(
          field.keySpot(),
          message,
          near == null
              ? "unset it, or name a key as in LARDER_PACKAGES__LISTEN"
              : "did you mean " + Overrides.variableFor(path, near) + tail + "?");
    }
    String meant = table ? "[" + near + "]?" : "\"" + near + "\"?";
    return new Problem(
        field.keySpot(), message, near == null ? elsewhere(name) : "did you mean " + meant);
  }

  /// A key under the wrong header is the slip that TOML makes easiest.
  private @Nullable String elsewhere(String name) {
    Section owner = document.root().owner(name);
    return owner == null ? null : "it belongs to " + owner.title();
  }

  private @Nullable Section owner(String name) {
    if (known.contains(name) && !children.containsKey(name)) {
      return this;
    }
    for (Section child : children.values()) {
      Section found = child.owner(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
