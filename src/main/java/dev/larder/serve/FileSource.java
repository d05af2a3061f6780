package dev.larder.serve;

import dev.larder.store.FileName;
import dev.larder.store.GrowingFile;
import dev.larder.store.OpenFile;
import java.nio.channels.FileChannel;

/// A file that is sent, whole already or still growing.
sealed interface FileSource {
  /// The bytes; only for positional reads.
  FileChannel channel();

  /// How many bytes from the start may be sent now.
  long released();

  /// Where the writing stands.
  GrowingFile.State state();

  /// Runs `wake` once there is more after `position`, or will never be.
  void whenPast(long position, Runnable wake);

  /// Whether the file is there only because it is sent. Reads the disk.
  boolean isLost();

  /// Ends the use. Called once.
  void end();

  /// A complete file.
  record Complete(OpenFile file) implements FileSource {
    @Override
    public FileChannel channel() {
      return file.channel();
    }

    @Override
    public long released() {
      return file.size();
    }

    @Override
    public GrowingFile.State state() {
      return new GrowingFile.State.Complete(file.size());
    }

    @Override
    public void whenPast(long position, Runnable wake) {
      wake.run();
    }

    @Override
    public boolean isLost() {
      return file.name().isLost();
    }

    @Override
    public void end() {
      file.close();
    }
  }

  /// A fill under way.
  record Growing(GrowingFile file) implements FileSource {
    @Override
    public FileChannel channel() {
      return file.channel();
    }

    @Override
    public long released() {
      return file.released();
    }

    @Override
    public GrowingFile.State state() {
      return file.state();
    }

    @Override
    public void whenPast(long position, Runnable wake) {
      file.whenPast(position, wake);
    }

    @Override
    public boolean isLost() {
      FileName name = file.name();
      return name != null && name.isLost();
    }

    @Override
    public void end() {
      file.leave();
    }
  }
}
