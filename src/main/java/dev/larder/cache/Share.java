package dev.larder.cache;

import static java.util.Objects.requireNonNull;

import dev.larder.cache.FileUseTable.Change;
import dev.larder.config.Amount;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What one mirror takes of the disk. The mirror tells it of every file that comes, is asked for or
/// goes; notes are kept in memory and written down every few seconds.
public final class Share implements Closeable {
  /// How many files are remembered as just noted. What a busy mirror hands out again and again is
  /// written down once in ten minutes.
  private static final int RECENT = 20_000;

  private static final Duration NOTED_FOR = Duration.ofMinutes(10);

  private final String mirror;
  private final Cache cache;
  private final FileUseTable table;
  private final ConcurrentHashMap<String, Change> changes = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Boolean> recent = new ConcurrentHashMap<>();
  private final AtomicLong files; // bytes that they take
  private final AtomicLong state = new AtomicLong(); // the same of indexes and unfinished files
  private final AtomicLong removals = new AtomicLong();
  private final AtomicLong reserved = new AtomicLong();
  private final Map<Rank, LongAdder> evicted = new EnumMap<>(Rank.class);
  private final LongAdder evictedBytes = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder scrubbed = new LongAdder();
  private final LongAdder damaged = new LongAdder();
  private volatile Amount limit;
  private volatile @Nullable Duration keep;
  private volatile Instant recentSince;
  private volatile @Nullable Stock stock;

  Share(String mirror, Amount limit, @Nullable Duration keep, Cache cache, FileUseTable table) {
    this.mirror = mirror;
    this.limit = limit;
    this.keep = keep;
    this.cache = cache;
    this.table = table;
    this.files = new AtomicLong(table.sum(mirror));
    this.recentSince = cache.now();
    for (Rank rank : Rank.values()) {
      evicted.put(rank, new LongAdder());
    }
  }

  /// Takes other settings. What is too much by them goes with the next tidying up.
  ///
  /// @param newLimit of what the cache may take
  /// @param newKeep how long a file stays after its last use, or null for as long as there is room
  public void reload(Amount newLimit, @Nullable Duration newKeep) {
    limit = newLimit;
    keep = newKeep;
    cache.grown();
  }

  /// From now on files of `stock` may be removed.
  public void connect(Stock stock) {
    this.stock = stock;
  }

  /// Asks for room for a new file; removes others for it if need be.
  ///
  /// @param bytes that it will have; -1 if that is not known
  /// @return why there is no room, in a sentence that names the key to change, or null; the room is
  ///   then given back by [#release(long)]
  public @Nullable String reserve(long bytes) {
    return cache.reserve(this, Math.max(0, bytes));
  }

  /// Gives back what [#reserve(long)] granted: the file is stored, or will not be.
  public void release(long bytes) {
    reserved.addAndGet(-Math.max(0, bytes));
  }

  /// The disk has refused bytes though there was room for them: removes files.
  ///
  /// @param bytes that are still to be written; -1 if that is not known
  /// @return whether any went
  public boolean makeRoom(long bytes) {
    return cache.makeRoom(this, Math.max(0, bytes));
  }

  /// A file has come, and was compared with its checksum on the way.
  ///
  /// @param size in bytes
  /// @param replaced size of what it took the place of; 0 if nothing
  public void stored(String name, long size, long replaced) {
    files.addAndGet(cache.onDisk(size) - cache.onDisk(replaced));
    changes.put(name, new Change.Stored(cache.onDisk(size), cache.now().getEpochSecond()));
    cache.grown();
  }

  /// A client was given a file. Does not block.
  public void used(String name) {
    if (recent.putIfAbsent(name, true) == null) {
      long at = cache.now().getEpochSecond();
      changes.merge(
          name,
          new Change.Used(at),
          (known, now) ->
              switch (known) {
                case Change.Stored(long bytes, _) -> new Change.Stored(bytes, at);
                case Change.Used _ -> now;
                case Change.Gone _ -> known;
              });
    }
  }

  /// A file has gone.
  ///
  /// @param size it had
  public void removed(String name, long size) {
    files.addAndGet(-cache.onDisk(size));
    removals.incrementAndGet();
    changes.put(name, new Change.Gone());
    recent.remove(name);
  }

  /// Writes down what was noted since the last call. One at a time: an older note must not be
  /// written after a newer one.
  public synchronized void flush() {
    Instant now = cache.now();
    if (recent.size() > RECENT || recentSince.plus(NOTED_FOR).isBefore(now)) {
      recent.clear();
      recentSince = now;
    }
    Map<String, Change> noted = new HashMap<>(changes);
    if (!noted.isEmpty()) {
      table.apply(mirror, noted);
      noted.forEach(changes::remove);
    }
  }

  /// Takes no part any more.
  @Override
  public void close() {
    stock = null;
    flush();
    cache.leave(this);
  }

  String mirror() {
    return mirror;
  }

  @Nullable Stock stock() {
    return stock;
  }

  /// How long a file stays after its last use, or null for as long as there is room.
  @Nullable Duration keep() {
    return keep;
  }

  /// What it may take, in bytes.
  ///
  /// @param max what the whole cache may take
  long limit(long max) {
    return Math.min(max, limit.of(max));
  }

  /// What it takes, with what is on its way.
  long taken() {
    return files.get() + state.get() + reserved.get();
  }

  long files() {
    return files.get();
  }

  /// How many files have gone so far.
  long removals() {
    return removals.get();
  }

  long stateBytes() {
    return state.get();
  }

  void reserved(long bytes) {
    reserved.addAndGet(bytes);
  }

  /// What its files take was measured.
  ///
  /// @param before what was believed when the measuring began
  void measured(long bytes, long before) {
    files.addAndGet(bytes - before);
  }

  void stateMeasured(long bytes) {
    state.set(bytes);
  }

  void evicted(Rank rank, long bytes) {
    requireNonNull(evicted.get(rank)).increment();
    evictedBytes.add(bytes);
  }

  void expired(long bytes) {
    expired.increment();
    evictedBytes.add(bytes);
  }

  void scrubbed(long bytes) {
    scrubbed.add(bytes);
  }

  /// A file was found damaged, by a scrub or when a client wanted it.
  public void damaged() {
    damaged.increment();
  }

  CacheReport.OfMirror report(long max) {
    Map<Rank, Long> ranks = new EnumMap<>(Rank.class);
    evicted.forEach((rank, count) -> ranks.put(rank, count.sum()));
    return new CacheReport.OfMirror(
        mirror,
        limit(max),
        files.get(),
        state.get(),
        reserved.get(),
        new CacheReport.Counters(
            ranks, expired.sum(), evictedBytes.sum(), scrubbed.sum(), damaged.sum()));
  }
}
