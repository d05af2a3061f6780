package dev.larder.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key takes: how it is read from TOML and from the environment, how it is written back, and
/// what an example looks like.
///
/// @param <T> the Java type of a value
public final class Type<T> {
  private final String noun;
  private final T example;
  private final Reader<T> reader;
  private final Writer<T> writer;
  private final boolean secret;

  private Type(String noun, T example, Reader<T> reader, Writer<T> writer, boolean secret) {
    this.noun = noun;
    this.example = example;
    this.reader = reader;
    this.writer = writer;
    this.secret = secret;
  }

  /// Turns a node into a value, or complains and returns null.
  private interface Reader<T> {
    @Nullable T read(Node node, Complaint complaint);
  }

  /// Receives what is wrong and where.
  interface Complaint {
    void about(Spot spot, String what);
  }

  /// Turns a value into TOML, and into what an environment variable would hold.
  private record Writer<T>(Function<T, String> toml, Function<T, String> plain) {}

  /// A text that means something.
  ///
  /// @param noun for people, without article: `duration`
  /// @param example as it would stand in the file, without quotes
  /// @param parser throws IllegalArgumentException with a sentence that quotes the text
  /// @param writer the inverse of `parser`
  public static <T> Type<T> text(
      String noun, String example, Function<String, T> parser, Function<T, String> writer) {
    return located(noun, example, (text, _) -> parser.apply(text), writer, false);
  }

  /// A text that must not be repeated in an error, since people may write a secret in its place.
  ///
  /// @param parser throws IllegalArgumentException with a sentence that does not quote the text
  public static <T> Type<T> confidential(
      String noun, String example, Function<String, T> parser, Function<T, String> writer) {
    return located(noun, example, (text, _) -> parser.apply(text), writer, true);
  }

  private static <T> Type<T> located(
      String noun,
      String example,
      BiFunction<String, Spot, T> parser,
      Function<T, String> writer,
      boolean secret) {
    Reader<T> reader =
        (node, complaint) -> {
          String text = textOf(node);
          if (text == null) {
            complaint.about(node.spot(), expected(noun, node));
            return null;
          }
          try {
            return parser.apply(text, node.spot());
          } catch (IllegalArgumentException e) {
            complaint.about(node.spot(), String.valueOf(e.getMessage()));
            return null;
          }
        };
    T parsed = parser.apply(example, new Spot.Whole("example"));
    return new Type<>(
        noun,
        parsed,
        reader,
        new Writer<>(value -> Quoted.toml(writer.apply(value)), writer),
        secret);
  }

  private static @Nullable String textOf(Node node) {
    return switch (node) {
      case Node.Scalar scalar -> scalar.value() instanceof String text ? text : null;
      case Node.Words words -> words.text();
      case Node.Items _, Node.Fields _ -> null;
    };
  }

  private static String expected(String noun, Node node) {
    return "expected " + withArticle(noun) + ", got " + node.kind();
  }

  private static String withArticle(String noun) {
    return ("aeiouAEIOU".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
  }

  /// Any text that is not empty.
  public static Type<String> string(String noun, String example) {
    return text(
        noun,
        example,
        text -> {
          if (text.isBlank()) {
            throw new IllegalArgumentException("expected " + withArticle(noun) + ", got nothing");
          }
          return text;
        },
        Function.identity());
  }

  /// A span of time: `30s`, `5m`, `1h30m`, `7d`, `0s`; never negative, at most ten years.
  public static Type<Duration> duration() {
    return text("duration", "5m", Durations::parse, Durations::format);
  }

  /// A moment: a date, which begins in UTC, or a time in RFC 3339; as TOML's own dates or as text.
  public static Type<Instant> instant() {
    Type<Instant> text = text("time", "2030-12-31T00:00:00Z", Moments::parse, Instant::toString);
    Reader<Instant> reader =
        (node, complaint) -> {
          boolean date =
              node instanceof Node.Scalar(Object value, _)
                  && (value instanceof OffsetDateTime || value instanceof LocalDate);
          Node read =
              date && node instanceof Node.Scalar(Object value, Spot spot)
                  ? new Node.Scalar(value.toString(), spot)
                  : node;
          return text.reader.read(read, complaint);
        };
    return new Type<>(text.noun, text.example, reader, text.writer, false);
  }

  /// A number of bytes: `200GiB`.
  public static Type<Long> size() {
    return text("size", "200GiB", Sizes::parse, Sizes::format);
  }

  /// An IP address with a port to listen on: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for all
  /// addresses. Port 0 lets the system choose.
  public static Type<InetSocketAddress> listenAddress() {
    return text("address:port", "127.0.0.1:8080", Addresses::parseWithPort, Addresses::format);
  }

  /// An IP address with the port of a server elsewhere: `192.0.2.53:53`.
  public static Type<InetSocketAddress> serverAddress() {
    return text("address:port", "192.0.2.53:53", Addresses::parseWithPort, Addresses::format);
  }

  /// An IP address.
  public static Type<InetAddress> address() {
    return text("IP address", "192.0.2.7", Addresses::parse, Addresses::format);
  }

  /// A path. In the file it is relative to the file's directory, elsewhere to the working
  /// directory; the value is absolute.
  public static Type<Path> path(String example) {
    BiFunction<String, Spot, Path> parser =
        (text, spot) -> {
          if (text.isBlank()) {
            throw new IllegalArgumentException("expected a path, got nothing");
          }
          if (text.startsWith("~")) {
            throw new IllegalArgumentException(
                Quoted.text(text) + " begins with ~, which only shells understand; write it out");
          }
          try {
            return spot.resolve(Path.of(text));
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(Quoted.text(text) + " is not a path", e);
          }
        };
    return located("path", example, parser, Path::toString, false);
  }

  /// A reference to a secret. Errors do not repeat the line it stands in.
  public static Type<Secret> secret() {
    return located(
        "reference to a secret",
        "file:/run/secrets/name",
        (text, _) -> Secret.parse(text),
        Secret::reference,
        true);
  }

  /// One of an enum's constants, in small letters with dashes.
  public static <E extends Enum<E>> Type<E> oneOf(Class<E> constants) {
    List<E> all = Arrays.asList(Objects.requireNonNull(constants.getEnumConstants(), "an enum"));
    List<String> words = all.stream().map(Type::wordFor).toList();
    String choice =
        words.stream()
            .map(Quoted::toml)
            .collect(Collectors.joining(", "))
            .replaceFirst(", (\"[^\"]*\")$", " or $1");
    return text(
        choice,
        words.getFirst(),
        text -> {
          int found = words.indexOf(text);
          if (found < 0) {
            throw new IllegalArgumentException(notAmong(text, words, choice));
          }
          return all.get(found);
        },
        Type::wordFor);
  }

  private static String wordFor(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String notAmong(String text, List<String> words, String choice) {
    String near = Suggestion.nearest(text, words);
    String meant = near == null ? "" : "; did you mean \"" + near + "\"?";
    return "expected " + choice + ", got " + Quoted.text(text) + meant;
  }

  /// A whole number from `least` to `most`.
  public static Type<Integer> integer(int least, int most, int example) {
    String noun = "integer from " + least + " to " + most;
    Reader<Integer> reader =
        (node, complaint) -> {
          Object value =
              switch (node) {
                case Node.Scalar scalar -> scalar.value();
                case Node.Words words when words.text().matches("-?\\d{1,18}") ->
                    Long.valueOf(words.text());
                case Node.Words _, Node.Items _, Node.Fields _ -> "";
              };
          if (value instanceof Long number && number >= least && number <= most) {
            return Math.toIntExact(number);
          }
          String got = value instanceof Long number ? String.valueOf(number) : node.kind();
          complaint.about(node.spot(), "expected " + withArticle(noun) + ", got " + got);
          return null;
        };
    return new Type<>(noun, example, reader, new Writer<>(String::valueOf, String::valueOf), false);
  }

  /// `true` or `false`.
  public static Type<Boolean> bool() {
    Reader<Boolean> reader =
        (node, complaint) -> {
          if (node instanceof Node.Scalar(Boolean value, _)) {
            return value;
          }
          if (node instanceof Node.Words(String text, _)
              && (text.equals("true") || text.equals("false"))) {
            return text.equals("true");
          }
          complaint.about(node.spot(), expected("boolean", node));
          return null;
        };
    return new Type<>(
        "boolean", true, reader, new Writer<>(String::valueOf, String::valueOf), false);
  }

  /// A list. In the environment its items are separated by commas, and nothing is the empty list.
  ///
  /// @param noun of the list: `list of addresses`
  public static <T> Type<List<T>> list(String noun, Type<T> item) {
    Reader<List<T>> reader =
        (node, complaint) -> {
          List<Node> nodes =
              switch (node) {
                case Node.Items items -> items.items();
                case Node.Words words -> split(words);
                case Node.Scalar _, Node.Fields _ -> null;
              };
          if (nodes == null) {
            complaint.about(node.spot(), expected(noun, node));
            return null;
          }
          List<T> values = new ArrayList<>();
          for (Node one : nodes) {
            T value = item.reader.read(one, complaint);
            if (value != null) {
              values.add(value);
            }
          }
          return values.size() == nodes.size() ? List.copyOf(values) : null;
        };
    Writer<List<T>> writer =
        new Writer<>(
            values ->
                values.stream().map(item.writer.toml).collect(Collectors.joining(", ", "[", "]")),
            values -> values.stream().map(item.writer.plain).collect(Collectors.joining(",")));
    return new Type<>(noun, List.of(item.example), reader, writer, item.secret);
  }

  private static List<Node> split(Node.Words words) {
    List<Node> items = new ArrayList<>();
    if (!words.text().isBlank()) {
      for (String part : words.text().split(",", -1)) {
        items.add(new Node.Words(part.strip(), words.spot()));
      }
    }
    return items;
  }

  /// A list that may be written without brackets if it has one item.
  public static <T> Type<List<T>> listOrOne(String noun, Type<T> item) {
    Type<List<T>> list = list(noun, item);
    Reader<List<T>> reader =
        (node, complaint) ->
            node instanceof Node.Scalar(String _, Spot spot)
                ? list.reader.read(new Node.Items(List.of(node), spot), complaint)
                : list.reader.read(node, complaint);
    return new Type<>(noun, list.example, reader, list.writer, item.secret);
  }

  /// The same notation with another meaning.
  ///
  /// @param to may throw IllegalArgumentException with a sentence for the user
  /// @param from the inverse of `to`
  public <R> Type<R> map(Function<T, R> to, Function<R, T> from) {
    Reader<R> mapped =
        (node, complaint) -> {
          T value = reader.read(node, complaint);
          try {
            return value == null ? null : to.apply(value);
          } catch (IllegalArgumentException e) {
            complaint.about(node.spot(), String.valueOf(e.getMessage()));
            return null;
          }
        };
    Writer<R> inverse =
        new Writer<>(
            value -> writer.toml.apply(from.apply(value)),
            value -> writer.plain.apply(from.apply(value)));
    return new Type<>(noun, to.apply(example), mapped, inverse, secret);
  }

  /// One of some words, or else something of another type.
  ///
  /// @param noun of both together
  /// @param words with what they mean
  /// @param other read if the value is not a single string; gives the example
  public static <T> Type<T> wordOr(String noun, Map<String, T> words, Type<T> other) {
    List<String> names = words.keySet().stream().sorted().toList();
    Reader<T> reader =
        (node, complaint) -> {
          String text = textOf(node);
          T meaning = text == null ? null : words.get(text);
          if (meaning != null) {
            return meaning;
          }
          if (node instanceof Node.Scalar) {
            complaint.about(
                node.spot(), text == null ? expected(noun, node) : notAmong(text, names, noun));
            return null;
          }
          return other.reader.read(node, complaint);
        };
    Writer<T> writer =
        new Writer<>(
            value -> {
              String word = wordFor(words, value);
              return word == null ? other.writer.toml.apply(value) : Quoted.toml(word);
            },
            value -> {
              String word = wordFor(words, value);
              return word == null ? other.writer.plain.apply(value) : word;
            });
    return new Type<>(noun, other.example, reader, writer, other.secret);
  }

  private static <T> @Nullable String wordFor(Map<String, T> words, T value) {
    return words.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /// For people, without article: `duration`.
  public String noun() {
    return noun;
  }

  /// A value as an example; also what stands in for a broken value until reading ends.
  public T example() {
    return example;
  }

  /// `value` in TOML.
  public String toml(T value) {
    return writer.toml.apply(value);
  }

  /// What an environment variable holds to mean `value`.
  String plain(T value) {
    return writer.plain.apply(value);
  }

  /// Whether its values must not be repeated, in errors and elsewhere.
  public boolean isSecret() {
    return secret;
  }

  /// The value of `node`, or null after complaining.
  @Nullable T read(Node node, Complaint complaint) {
    return reader.read(node, complaint);
  }
}
