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

  /// What may be done about other bytes under a version that was there.
  static final class Conflicts extends WordList {
    Conflicts() {
      super("refuse", "bump");
    }
  }

  /// The formats of repositories.
  static final class Formats extends WordList {
    Formats() {
      super("pacman", "freebsd-pkg");
    }
  }

  /// The kinds of keys that can be made.
  static final class KeyKinds extends WordList {
    KeyKinds() {
      super("openpgp-ed25519", "openpgp-rsa4096", "rsa4096");
    }
  }

  /// How FreeBSD's clients check a repository.
  static final class Signatures extends WordList {
    Signatures() {
      super("fingerprints", "pubkey");
    }
  }

  /// The versions of repo-add whose databases are written.
  static final class Compatible extends WordList {
    Compatible() {
      super("7", "6.0");
    }
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }
}
