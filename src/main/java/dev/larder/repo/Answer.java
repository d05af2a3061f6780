package dev.larder.repo;

import dev.larder.store.GrowingFile;
import dev.larder.store.OpenFile;
import java.io.Closeable;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;

/// What a mirror or repository answers to an [Ask].
public sealed interface Answer {
  /// The path exists.
  ///
  /// @param representation what the headers say
  /// @param body the bytes, or [Body.None] if the ask wanted none
  /// @param status how it was found
  /// @param validity how long the same answer may be given again without asking
  record Found(Representation representation, Body body, CacheStatus status, Validity validity)
      implements Answer {}

  /// The same bytes lie at another path, for as long as the client may ask for their companions.
  ///
  /// @param location relative to the root of the mirror or repository, percent-encoded, without a
  ///   leading slash: `@12/core/os/x86_64/core.db`
  record Moved(String location, CacheStatus status) implements Answer {}

  /// There is no such path.
  ///
  /// @param why one sentence for a person who reads the body
  record Absent(String why, CacheStatus status) implements Answer {}

  /// It may exist, but cannot be had now: 502 to 504; or not by this client: 429.
  ///
  /// @param code the HTTP status that fits
  /// @param why one sentence for a person who reads the body
  /// @param retryAfter when asking again makes sense
  record Unavailable(int code, String why, Duration retryAfter, CacheStatus status)
      implements Answer {}

  /// The bytes of an answer. Whoever receives one must end it, sent or not: [OpenFile#close()],
  /// [GrowingFile#leave()], [Passage#close()].
  sealed interface Body {
    /// No bytes are wanted.
    record None() implements Body {}

    /// A complete file; the receiver owns one use of it.
    record Stored(OpenFile file) implements Body {}

    /// A fill under way; the receiver has joined it.
    record Growing(GrowingFile file) implements Body {}

    /// Bytes that pass through and are not kept.
    record Passing(Passage passage) implements Body {}
  }

  /// Bytes straight from upstream, read once by one client.
  interface Passage extends Closeable {
    /// The bytes of exactly the range that was wanted. Reads block: never on an event loop.
    InputStream stream();

    /// The number of bytes, or -1 if not known.
    long length();

    /// Ends it; drops the upstream connection if bytes are left.
    @Override
    void close();
  }

  /// Whether an answer may be given again from memory. Asked on the event loop for every request:
  /// must not block or allocate.
  interface Validity {
    /// May not be given again.
    Validity ONCE =
        new Validity() {
          @Override
          public boolean holds() {
            return false;
          }

          @Override
          public long confirmedAt() {
            return -1;
          }
        };

    /// Whether the same ask would get the same answer now.
    boolean holds();

    /// When upstream last confirmed the answer, in seconds since the epoch, for the `Age` header;
    /// -1 if the answer carries none.
    long confirmedAt();

    /// The answer was given again, to `client`. Must not block.
    default void given(InetAddress client) {}
  }
}
