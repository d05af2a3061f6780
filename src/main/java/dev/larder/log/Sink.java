package dev.larder.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// Where lines go. Safe for use by many threads.
interface Sink extends Closeable {
  /// Writes lines that belong to one severity.
  ///
  /// @param lines without line ends or other control characters but tabs
  /// @throws IOException if they are lost
  void write(Severity severity, List<String> lines) throws IOException;

  /// Whether whoever reads it knows when a line came, so that the line need not say so.
  boolean isDated();

  /// How many bytes of a line it takes; longer ones are cut.
  default int longest() {
    return 1 << 20;
  }

  /// Whether it keeps the severity beside the line.
  boolean isGraded();

  /// Lets go of what was opened and opens it anew; nothing where nothing is.
  ///
  /// @throws IOException if it cannot be opened; the next write tries again
  default void reopen() throws IOException {}

  @Override
  default void close() throws IOException {}
}
