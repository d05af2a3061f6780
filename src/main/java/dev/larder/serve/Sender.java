package dev.larder.serve;

import dev.larder.limits.Pace;
import org.jspecify.annotations.Nullable;

/// Sends one body to one client. All calls on the client's event loop; tells its connection once
/// how it ended.
interface Sender {
  /// How sending a body ended.
  enum Ending {
    /// All bytes are written.
    DONE,
    /// What it comes from gave out before its end.
    SHORT,
    /// The client is gone.
    GONE
  }

  /// Begins. The header is written already, not flushed.
  void start();

  /// The client is gone: ends the use of what the body comes from, without further word.
  void cancel();

  /// Bytes of body written so far.
  long sent();

  /// Whether what is sent is a file that is only there because of that. Reads the disk; on any
  /// thread.
  default boolean isFileLost() {
    return false;
  }

  /// What a sender needs of its connection.
  interface Line {
    /// How fast the client may be sent something; null if that has no limit.
    @Nullable Pace pace();

    /// Sends what was written.
    void flush();

    /// The body has ended. Called once, unless it was cancelled.
    void ended(Ending ending);
  }
}
