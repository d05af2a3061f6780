package dev.larder.snippet;

import java.util.List;

/// What to write into one file of a client's configuration, and how to take it back.
///
/// @param variant a word by which it is chosen among those of its client: `14`
/// @param title whom it is for, in a few words
/// @param file the client's file
/// @param place where in the file
/// @param edit how it comes there
/// @param text what to write: one line or several, without a line feed at the end
/// @param apply a command for the client's machine that does it
/// @param undo a command that takes it back
/// @param notes what to know before, each a sentence without a full stop; may be empty
public record Snippet(
    String variant,
    String title,
    String file,
    String place,
    Edit edit,
    String text,
    String apply,
    String undo,
    List<String> notes) {
  /// Takes a defensive copy.
  public Snippet {
    notes = List.copyOf(notes);
  }
}
