package dev.larder.backup;

import dev.larder.store.RelPath;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// A file that goes into a backup.
public sealed interface Item {
  /// Where it is in the backup: `data/` with the path below the data directory, or `config/`.
  RelPath path();

  /// One that lies on the disk. Nobody writes to such a file once it has its name.
  ///
  /// @param file where it lies
  record Stored(RelPath path, Path file) implements Item {}

  /// One that was opened already, since its name may come to mean another. One that grows is taken
  /// up to where it ends when it is written.
  ///
  /// @param channel is closed by whoever writes the backup
  record Opened(RelPath path, FileChannel channel, FileTime modified) implements Item {}

  /// One that was read already, since it may be replaced at any moment and belongs to others.
  ///
  /// @param bytes what it has
  @SuppressWarnings("ArrayRecordComponent") // handed from one place to another, never compared
  record Captured(RelPath path, byte[] bytes) implements Item {}
}
