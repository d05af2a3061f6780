package dev.larder.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/// A channel is closed when a thread that is interrupted uses it, and then nobody can. Whoever is
/// interrupted may still have something to say.
final class Uninterrupted {
  private Uninterrupted() {}

  /// What is done with a channel, which is opened if it is closed.
  interface Use {
    void run() throws IOException;
  }

  /// Uses it, once more if an interruption came between. The thread stays interrupted.
  ///
  /// @throws IOException as the use does
  static void run(Use use) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          use.run();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
