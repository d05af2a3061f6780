package dev.larder.serve;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.larder.repo.Answer;
import dev.larder.repo.Content;
import dev.larder.store.OpenFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Answers that may be given again, ready to be written from the event loop: prebuilt headers with
/// a small body, an open file, or no body at all (which is enough for 304).
///
/// One bound holds for memory and descriptors alike: an open file weighs as much as the largest
/// body kept in memory, so that [#MAX_WEIGHT] is never more than 512 descriptors, far from any
/// usual limit on them, nor more than 16 MiB of memory.
///
/// Nothing stays for longer than [#LONGEST], however often it is asked for: a content does not hear
/// of what is answered from here, and has to know what clients use. A file that was deleted also
/// keeps its disk space while it is open.
final class HotCache implements Closeable {
  /// Bodies up to this length are kept in memory: header and body then leave in one write, which is
  /// what makes small files fast.
  static final int SMALL = 16 * 1024;

  private static final int FILE_WEIGHT = 2 * SMALL;
  private static final int ENTRY_WEIGHT = 1024;
  static final long MAX_WEIGHT = 512L * FILE_WEIGHT;

  /// After so long the content is asked again.
  static final Duration LONGEST = Duration.ofMinutes(1);

  private final Cache<Key, Entry> cache;

  HotCache() {
    this(Ticker.systemTicker());
  }

  HotCache(Ticker ticker) {
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(MAX_WEIGHT)
            .weigher((Key _, Entry entry) -> entry.weight())
            .expireAfterWrite(LONGEST)
            .ticker(ticker)
            .scheduler(Scheduler.systemScheduler())
            .executor(Runnable::run)
            .removalListener((@Nullable Key _, @Nullable Entry entry, RemovalCause _) -> end(entry))
            .build();
  }

  private record Key(Content content, String path) {}

  /// The body of a kept answer.
  sealed interface Body {
    /// Only headers are known.
    record None() implements Body {}

    /// All bytes.
    @SuppressWarnings("ArrayRecordComponent") // shared between requests, never compared
    record Memory(byte[] bytes) implements Body {}

    /// An open file, of which the entry owns one use.
    record File(OpenFile file) implements Body {}
  }

  /// A kept answer.
  ///
  /// @param answer as the content gave it; its own body is ended, `body` takes its place
  /// @param whole header of a 200
  /// @param notModified header of a 304
  @SuppressWarnings("ArrayRecordComponent") // prebuilt bytes, shared and never compared
  record Entry(Answer.Found answer, byte[] whole, byte[] notModified, Body body) {
    private int weight() {
      return ENTRY_WEIGHT
          + switch (body) {
            case Body.None() -> 0;
            case Body.Memory(byte[] bytes) -> bytes.length;
            case Body.File(_) -> FILE_WEIGHT;
          };
    }
  }

  /// The kept answer for `path`, or null if there is none that still holds.
  @Nullable Entry get(Content content, String path) {
    Key key = new Key(content, path);
    Entry entry = cache.getIfPresent(key);
    if (entry == null || entry.answer().validity().holds()) {
      return entry;
    }
    cache.asMap().remove(key, entry);
    return null;
  }

  /// Keeps `answer` if it may be given again and was a hit (what upstream was asked for once need
  /// not be said to have been asked for again). Its body stays the caller's. Reads the disk.
  void keep(Place.Inside place, Answer.Found answer) throws IOException {
    if (!answer.status().hit() || !answer.validity().holds()) {
      return;
    }
    long size = answer.representation().size();
    Body body =
        switch (answer.body()) {
          case Answer.Body.None() -> new Body.None();
          case Answer.Body.Stored(OpenFile file) when file.size() != size || !file.retain() -> null;
          case Answer.Body.Stored(OpenFile file) when size <= SMALL -> {
            try (file) {
              yield new Body.Memory(read(file, (int) size));
            }
          }
          case Answer.Body.Stored(OpenFile file) -> new Body.File(file);
          case Answer.Body.Growing(_), Answer.Body.Passing(_) -> null;
        };
    if (body == null) {
      return;
    }
    Replies.Found found = Replies.Found.of(answer);
    Entry entry =
        new Entry(answer, Replies.wholeHead(place, found), Replies.notModifiedHead(found), body);
    Key key = new Key(place.content(), place.path().value());
    if (body instanceof Body.None) {
      // Must not push out an entry that can answer more.
      cache.asMap().putIfAbsent(key, entry);
    } else {
      cache.put(key, entry);
    }
  }

  private static byte[] read(OpenFile file, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (file.channel().read(bytes, bytes.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return bytes.array();
  }

  /// Drops what no longer holds: a replaced file must not keep its disk space until its path is
  /// asked for again.
  void sweep() {
    cache.asMap().values().removeIf(entry -> !entry.answer().validity().holds());
  }

  /// Drops everything.
  @Override
  public void close() {
    cache.invalidateAll();
    cache.cleanUp();
  }

  private static void end(@Nullable Entry entry) {
    if (entry != null && entry.body() instanceof Body.File(OpenFile file)) {
      file.close();
    }
  }
}
