package dev.larder.mirror;

import dev.larder.cache.Share;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// The place on the disk that one fill was granted. For one thread.
final class Room {
  private final Share share;
  private long reserved = -1; // bytes; -1: none were asked for

  Room(Share share) {
    this.share = share;
  }

  /// Asks for room, once.
  ///
  /// @param size of the whole file, or -1
  /// @throws IOException if there is none; the message says which key to change
  void take(long size) throws IOException {
    if (reserved < 0) {
      String lack = share.reserve(size);
      if (lack != null) {
        throw new IOException(lack);
      }
      reserved = Math.max(0, size);
    }
  }

  /// Gives back what was taken: the file is about to be stored, or will not be.
  void giveBack() {
    if (reserved >= 0) {
      share.release(reserved);
      reserved = -1;
    }
  }

  /// Writes the first `n` bytes of `buffer`. If somebody else has filled the disk, what we hold
  /// beside this file can go.
  ///
  /// @param left how many bytes of the file are still to come, with these; negative if not known
  /// @throws IOException if the disk does not take them
  void write(FileChannel channel, byte[] buffer, int n, long at, long left) throws IOException {
    try {
      write(channel, ByteBuffer.wrap(buffer, 0, n), at);
    } catch (IOException e) {
      if (!share.makeRoom(left)) {
        throw e;
      }
      write(channel, ByteBuffer.wrap(buffer, 0, n), at);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }
}
