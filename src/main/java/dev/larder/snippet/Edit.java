package dev.larder.snippet;

/// How a snippet comes into its file.
public enum Edit {
  /// Above all that is there.
  TOP,
  /// Below all that is there.
  END,
  /// In place of the lines that set the same thing, which is the first word of the snippet.
  LINE,
  /// As a file of its own.
  FILE
}
