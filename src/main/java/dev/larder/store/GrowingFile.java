package dev.larder.store;

import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A file that is still being written, read by any number of clients at their own pace.
///
/// A reader takes bytes from [#channel()] with positional reads up to [#released()], and asks
/// [#whenPast] to be woken for more. It never reads past `released`: the last bytes are withheld
/// until their checksum holds.
public interface GrowingFile {
  /// The bytes; only for positional reads. Stays open until [#leave()] was called as often as
  /// readers joined.
  FileChannel channel();

  /// How many bytes from the start readers may take now; never shrinks.
  long released();

  /// Where the writing stands.
  State state();

  /// Runs `wake` once, as soon as [#released()] is greater than `position` or the state is no
  /// longer [State.Running]; at once if that is so already. It runs on the writer's thread and must
  /// not block.
  void whenPast(long position, Runnable wake);

  /// The name the complete file has got; null as long as it has none.
  @Nullable FileName name();

  /// A reader is done with [#channel()].
  void leave();

  /// Where the writing of a growing file stands.
  sealed interface State {
    /// Bytes are still to come.
    record Running() implements State {}

    /// All bytes are released.
    ///
    /// @param size the file's length in bytes
    record Complete(long size) implements State {}

    /// No more bytes will be released; readers end their answer short.
    ///
    /// @param why for the log
    record Failed(String why) implements State {}
  }
}
