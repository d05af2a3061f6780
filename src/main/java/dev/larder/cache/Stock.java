package dev.larder.cache;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The files of one mirror, as the cache sees them: it decides how many go, the mirror knows what
/// they are. Names are those that were told to [Share#stored].
public interface Stock {
  /// How dear a file is.
  ///
  /// @param usedAt when it was last asked for
  /// @return null if it stays whatever happens: an operator keeps it, or it is an index
  @Nullable Rank rank(String name, Instant usedAt);

  /// Removes a file; it is fetched again if somebody asks for it. One that has become dear
  /// meanwhile stays.
  ///
  /// @return how many bytes of the disk that gives back
  /// @throws IOException if the disk fails
  long remove(String name) throws IOException;

  /// Reads a file and compares it with what it was when it came. One that is damaged is put aside
  /// and fetched again.
  ///
  /// @param pace told of every piece that was read
  /// @throws IOException if the disk fails
  Verdict verify(String name, Pace pace) throws IOException, InterruptedException;

  /// Removes what has to go after a restart or because of its age, besides files that clients can
  /// ask for. By a clock that is wrong, nothing goes because of its age.
  ///
  /// @throws IOException if the disk fails
  void tidy(Instant now) throws IOException;

  /// Slows a reader down.
  interface Pace {
    /// Does not.
    Pace NONE = bytes -> {};

    /// So many bytes have been read; waits as long as that should have taken.
    void read(int bytes) throws InterruptedException;
  }

  /// What became of a file that was read.
  enum Verdict {
    /// It is what it was.
    SOUND,
    /// It is not.
    DAMAGED,
    /// There is nothing to compare it with.
    UNKNOWN,
    /// It is no longer there.
    GONE
  }
}
