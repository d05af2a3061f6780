package dev.larder.cli;

import java.util.Iterator;
import java.util.List;

/// Words that an option or argument may take, where its type does not say so. picocli makes them by
/// reflection, so each list is a class of its own, with a constructor without parameters.
class WordList implements Iterable<String> {
  private final List<String> words;

  WordList(String... words) {
    this.words = List.of(words);
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }
}
