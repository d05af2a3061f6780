package dev.larder.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// How keys are spelled in the environment, where names are capitals, digits and underscores.
final class Overrides {
  private Overrides() {}

  /// The part of a variable's name that stands for `key`: `max-size` is `MAX_SIZE`.
  static String wordFor(String key) {
    return key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }

  /// The key that `word` stands for: one that is there if it is spelled like that, else the word in
  /// small letters with dashes.
  static String keyFor(String word, Collection<String> present) {
    String dashed = word.toLowerCase(Locale.ROOT).replace('_', '-');
    if (present.contains(dashed)) {
      return dashed;
    }
    return present.stream()
        .filter(key -> wordFor(key).equals(word.toUpperCase(Locale.ROOT)))
        .sorted()
        .findFirst()
        .orElse(dashed);
  }

  /// The whole variable for a key.
  static String variableFor(List<String> table, String key) {
    StringBuilder name = new StringBuilder("LARDER_");
    table.forEach(part -> name.append(wordFor(part)).append("__"));
    return name.append(wordFor(key)).toString();
  }
}
