package dev.larder.api;

import dev.larder.store.RelPath;

/// A pattern for the paths of files below a mirror.
///
/// `?` stands for one character and `*` for any number of them, both within a name; `**` also
/// crosses slashes. A pattern without a slash is compared with the file's name, any other with the
/// whole path. Every other character stands for itself, because package names are full of
/// characters that shells treat as special.
///
/// Matching takes time proportional to pattern times path, whatever the pattern.
///
/// @param pattern without a leading slash
public record Glob(String pattern) {
  /// Matches every file.
  public static final Glob ALL = new Glob("**");

  private static final int MAX_LENGTH = 512;

  /// Drops a leading slash.
  ///
  /// @throws IllegalArgumentException if the pattern is empty or too long; the message says so
  public Glob {
    pattern = pattern.startsWith("/") ? pattern.substring(1) : pattern;
    if (pattern.isEmpty()) {
      throw new IllegalArgumentException("the pattern is empty; ** matches every file");
    }
    if (pattern.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("the pattern has over " + MAX_LENGTH + " characters");
    }
  }

  /// Whether the file at `path` is meant.
  public boolean matches(RelPath path) {
    return matches(pattern.indexOf('/') < 0 ? path.fileName() : path.value());
  }

  /// Keeps, for every prefix of the text, whether the pattern read so far matches it: backtracking
  /// would take exponential time for patterns like `*a*a*a*a`.
  private boolean matches(String text) {
    boolean[] reached = new boolean[text.length() + 1];
    reached[0] = true;
    for (int p = 0; p < pattern.length(); p++) {
      boolean across = pattern.startsWith("**", p);
      reached =
          pattern.charAt(p) == '*'
              ? afterStar(reached, text, across)
              : afterCharacter(reached, text, pattern.charAt(p));
      p += across ? 1 : 0;
    }
    return reached[text.length()];
  }

  private static boolean[] afterStar(boolean[] reached, String text, boolean across) {
    boolean[] next = new boolean[reached.length];
    next[0] = reached[0];
    for (int i = 0; i < text.length(); i++) {
      next[i + 1] = reached[i + 1] || (next[i] && (across || text.charAt(i) != '/'));
    }
    return next;
  }

  private static boolean[] afterCharacter(boolean[] reached, String text, char wanted) {
    boolean[] next = new boolean[reached.length];
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      next[i + 1] = reached[i] && (wanted == '?' ? c != '/' : c == wanted);
    }
    return next;
  }

  @Override
  public String toString() {
    return pattern;
  }
}
