package dev.larder.config;

import java.util.List;
import java.util.Map;

/// What the file and the environment say, before anyone knows what it means.
sealed interface Node {
  Spot spot();

  /// A single TOML value: String, Long, Double, Boolean or one of the four date types.
  record Scalar(Object value, Spot spot) implements Node {}

  /// Text from outside the file. Whoever reads it decides whether it is a number, a list or a text.
  record Words(String text, Spot spot) implements Node {}

  /// A TOML array.
  record Items(List<Node> items, Spot spot) implements Node {}

  /// A table. The map is filled while the file is read and overrides are merged, never after.
  record Fields(Map<String, Field> children, Spot spot) implements Node {}

  /// A table's entry.
  ///
  /// @param keySpot where its key stands
  record Field(Spot keySpot, Node node) {}

  /// With its article, for "expected ..., got ...".
  default String kind() {
    return switch (this) {
      case Scalar scalar ->
          switch (scalar.value()) {
            case String _ -> "a string";
            case Long _ -> "an integer";
            case Double _ -> "a number with a fraction";
            case Boolean _ -> "a boolean";
            default -> "a date or time";
          };
      case Words _ -> "a text";
      case Items _ -> "a list";
      case Fields _ -> "a table";
    };
  }
}
