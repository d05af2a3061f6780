package dev.larder.serve;

import dev.larder.repo.Answer;

/// The body of a response. Whoever does not send it ends it.
sealed interface Payload {
  /// Ends the use of what the body comes from. Called once, unless a sender has taken it over.
  default void drop() {}

  /// What of it leaves together with the header: all or nothing.
  ///
  /// @param most bytes of a body that others are sent, too
  default Shared small(int most) {
    return switch (this) {
      case Memory(byte[] bytes) -> new Shared(bytes, 0, bytes.length);
      case Shared shared when shared.length() <= most -> shared;
      case Nothing _, Shared _, File _, Passing _ -> Shared.NONE;
    };
  }

  /// No body: HEAD, 304.
  record Nothing() implements Payload {}

  /// A body that was made for this response.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Memory(byte[] bytes) implements Payload {}

  /// A part of a body that others are sent, too.
  ///
  /// @param from first byte
  /// @param end byte after the last one
  @SuppressWarnings("ArrayRecordComponent") // shared between requests, never compared
  record Shared(byte[] bytes, int from, int end) implements Payload {
    private static final Shared NONE = new Shared(new byte[0], 0, 0);

    int length() {
      return end - from;
    }
  }

  /// A part of a file.
  ///
  /// @param from first byte
  /// @param end byte after the last one; -1 for wherever the file will end
  record File(FileSource source, long from, long end) implements Payload {
    @Override
    public void drop() {
      source.end();
    }
  }

  /// Bytes passed through.
  ///
  /// @param length how many, or -1 for all there are
  record Passing(Answer.Passage passage, long length) implements Payload {
    @Override
    public void drop() {
      // Closing may wait for the network, and this may be an event loop.
      Thread.startVirtualThread(passage::close);
    }
  }
}
