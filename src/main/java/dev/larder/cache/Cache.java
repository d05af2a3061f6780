package dev.larder.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.cache.Bounds.Portion;
import dev.larder.cache.Bounds.Shortage;
import dev.larder.cache.Bounds.Situation;
import dev.larder.cache.Eviction.Victim;
import dev.larder.clock.Ages;
import dev.larder.config.Amount;
import dev.larder.database.Database;
import dev.larder.store.Durable;
import dev.larder.store.Layout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps mirrors within their part of the disk.
///
/// A new file asks for room before its first byte is written. Normally there is some, since files
/// begin to go in the background when the cache is nearly full; if there is none, others go first,
/// in the order of [Rank]; if nothing may go, the file is passed through and not kept.
///
/// What is taken is counted while files come and go, and measured again every hour, since a tree
/// may be changed by hand.
public final class Cache implements Closeable, Clearing.Shares {
  private static final Logger LOG = LoggerFactory.getLogger(Cache.class);

  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
  private static final Duration MEASURE_EVERY = Duration.ofHours(1);

  /// How long after the start it is measured first: a start has other things to read.
  private static final Duration MEASURE_FIRST = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Layout layout;
  private final FileStore disk;
  private final long block;
  private final FileUseTable table;
  private final Clearing clearing;
  private final Measuring measuring;
  private final Scrubbing scrubbing;
  private final List<Share> shares = new CopyOnWriteArrayList<>();
  private final ReentrantLock clearingLock = new ReentrantLock();
  private final ReentrantLock measuringLock = new ReentrantLock();
  private final Object counting = new Object();
  private final Semaphore grown = new Semaphore(0);
  private final Thread thread;
  private volatile CacheSettings settings;
  private volatile Bounds bounds;
  private volatile boolean closed;

  private Cache(
      CacheSettings settings,
      Layout layout,
      Database database,
      FileStore disk,
      Bounds bounds,
      InstantSource clock)
      throws IOException {
    this.settings = settings;
    this.clock = clock;
    this.layout = layout;
    this.disk = disk;
    this.block = disk.getBlockSize();
    this.bounds = bounds;
    this.table = new FileUseTable(database);
    this.clearing = new Clearing(table, this);
    this.measuring = new Measuring(layout, table, block, clock);
    this.scrubbing = new Scrubbing(table, clock);
    this.thread = Thread.ofPlatform().daemon().name("cache").unstarted(this::run);
  }

  /// Opens the cache. Removes nothing before [#start()].
  ///
  /// @param layout of the data directory, which exists
  /// @throws IOException if the disk cannot be read, or its limit not be written down
  public static Cache open(
      CacheSettings settings, Layout layout, Database database, InstantSource clock)
      throws IOException {
    FileStore disk = Files.getFileStore(layout.data());
    return new Cache(settings, layout, database, disk, bounds(settings, layout, disk), clock);
  }

  private static Bounds bounds(CacheSettings settings, Layout layout, FileStore disk)
      throws IOException {
    long total = disk.getTotalSpace();
    Amount max = settings.maxSize();
    return new Bounds(
        max != null ? max.of(total) : writtenDown(layout.cacheSize(), disk),
        settings.minFree().of(total),
        settings.highWatermark(),
        settings.lowWatermark());
  }

  /// Finds out what other settings come to.
  ///
  /// @return takes them when it is run; it does not fail
  /// @throws IOException if the disk cannot be read, or its limit not be written down
  public Runnable prepare(CacheSettings next) throws IOException {
    Bounds wanted = bounds(next, layout, disk);
    return () -> {
      boolean other = !next.equals(settings);
      settings = next;
      bounds = wanted;
      if (other) {
        scrubbing.restart(this, next);
        grown();
      }
    };
  }

  /// The limit of a cache for which none is configured. It is chosen once: the free space is
  /// another one at each start, and a limit that follows it would be none.
  private static long writtenDown(Path file, FileStore disk) throws IOException {
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new IOException(
            "%s does not say how many bytes the cache may take; remove it, or set max-size in [cache]"
                .formatted(file),
            e);
      }
    }
    long bytes = new Amount.Percent(Bounds.DEFAULT_PERCENT).of(disk.getUsableSpace());
    Durable.replace(file, (bytes + "\n").getBytes(UTF_8));
    return bytes;
  }

  /// The part of a mirror.
  ///
  /// @param limit of what the cache may take
  /// @param keep how long a file stays after its last use, or null for as long as there is room
  public Share share(String mirror, Amount limit, @Nullable Duration keep) {
    Share share = new Share(mirror, limit, keep, this, table);
    shares.add(share);
    return share;
  }

  /// Begins to keep order.
  public void start() {
    thread.start();
    scrubbing.start(this, settings);
  }

  void leave(Share share) {
    shares.remove(share);
  }

  @Override
  public @Nullable Share of(String mirror) {
    for (Share share : shares) {
      if (share.mirror().equals(mirror)) {
        return share;
      }
    }
    return null;
  }

  @Override
  public List<Share> all() {
    return shares;
  }

  Instant now() {
    return clock.instant();
  }

  long onDisk(long size) {
    return Walk.onDisk(size, block);
  }

  /// A file has come: perhaps it is time to look.
  void grown() {
    if (grown.availablePermits() == 0 && bounds.surplus(situation()) > 0) {
      grown.release();
    }
  }

  private Situation situation() {
    return new Situation(shares.stream().mapToLong(Share::taken).sum(), free());
  }

  private long free() {
    try {
      return disk.getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // a write will tell
    }
  }

  private Portion portion(Share share) {
    return new Portion(share.taken(), share.limit(bounds.max()));
  }

  @Nullable String reserve(Share share, long bytes) {
    long needed = onDisk(bytes);
    if (granted(share, bytes, needed) instanceof Shortage.None) {
      return null;
    }
    clearingLock.lock();
    try {
      Shortage shortage = granted(share, bytes, needed);
      if (!(shortage instanceof Shortage.None) && needed <= share.limit(bounds.max())) {
        clear(share, shortage);
        shortage = granted(share, bytes, needed);
      }
      return refusal(share, shortage, needed);
    } finally {
      clearingLock.unlock();
    }
  }

  private Shortage granted(Share share, long bytes, long needed) {
    synchronized (counting) {
      Shortage shortage = bounds.shortage(situation(), portion(share), needed);
      if (shortage instanceof Shortage.None) {
        share.reserved(bytes);
      }
      return shortage;
    }
  }

  private void clear(Share share, Shortage shortage) {
    switch (shortage) {
      case Shortage.None() -> {}
      case Shortage.Cache(long bytes) -> evict(bytes, bounds.slack(bounds.max()), any -> true);
      case Shortage.Disk(long bytes) -> evict(bytes, Bounds.SPARE, any -> true);
      case Shortage.OfShare(long bytes) ->
          evict(bytes, bounds.slack(share.limit(bounds.max())), share::equals);
    }
  }

  private @Nullable String refusal(Share share, Shortage shortage, long needed) {
    return switch (shortage) {
      case Shortage.None() -> null;
      case Shortage.Cache _ ->
          "it takes %d bytes, the cache may take %d, and nothing more can go; raise max-size in [cache]"
              .formatted(needed, bounds.max());
      case Shortage.OfShare _ ->
          "it takes %d bytes, mirror %s may take %d, and nothing more can go; raise its share"
              .formatted(needed, share.mirror(), share.limit(bounds.max()));
      case Shortage.Disk _ ->
          "it takes %d bytes, %d are free of which %d have to stay so, and nothing more can go"
              .formatted(needed, free(), bounds.least());
    };
  }

  boolean makeRoom(Share share, long bytes) {
    if (free() > Bounds.SPARE) {
      return false; // it is not for want of room that the disk takes nothing
    }
    clearingLock.lock();
    try {
      LOG.warn("{}: the disk is full; files go to make room", share.mirror());
      return evict(onDisk(bytes), Bounds.SPARE, any -> true) > 0;
    } finally {
      clearingLock.unlock();
    }
  }

  /// Frees `need` bytes and, while we are at it, `more`. Nothing goes if not even the first can be
  /// had: then the new file is not kept in any case.
  private long evict(long need, long more, Predicate<Share> of) {
    List<Victim> victims = clearing.plan(need + more, of, now());
    long sum = victims.stream().mapToLong(Victim::bytes).sum();
    return sum < need ? 0 : clearing.evict(victims);
  }

  /// Tidies up now: removes what is too old, and what is too much.
  ///
  /// @param least at least so many bytes go, if that many may
  /// @param dry whether nothing goes, and it is only told what would
  /// @throws IOException if the disk cannot be read
  public Cleanup collect(long least, boolean dry) throws IOException {
    // Before the lock: a large tree is walked for minutes, and fills that need room wait for it.
    measure();
    clearingLock.lock();
    try {
      List<Victim> outdated = Ages.isPlausible(now()) ? clearing.outdated(now()) : List.of();
      long freed = outdated.stream().mapToLong(Victim::bytes).sum();
      List<Victim> surplus = surplus(Math.max(0, least - freed), freed);
      surplus.removeIf(victim -> isAmong(outdated, victim));
      if (!dry) {
        clearing.expire(outdated);
        clearing.evict(surplus);
        for (Share share : shares) {
          Stock stock = share.stock();
          if (stock != null) {
            stock.tidy(now());
          }
        }
      }
      return new Cleanup(dry, Cleanup.items(outdated, surplus));
    } finally {
      clearingLock.unlock();
    }
  }

  private static boolean isAmong(List<Victim> outdated, Victim victim) {
    return outdated.stream()
        .anyMatch(
            other -> other.mirror().equals(victim.mirror()) && other.name().equals(victim.name()));
  }

  /// @param least so many go at least
  /// @param going so many go already for another reason
  private List<Victim> surplus(long least, long going) {
    long need = Math.max(least, bounds.surplus(situation()) - going);
    List<Victim> victims =
        new ArrayList<>(need > 0 ? clearing.plan(need, any -> true, now()) : List.of());
    for (Share share : shares) {
      long own = bounds.surplus(portion(share));
      long chosen =
          victims.stream()
              .filter(victim -> victim.mirror().equals(share.mirror()))
              .mapToLong(Victim::bytes)
              .sum();
      if (own > chosen) {
        victims.removeIf(victim -> victim.mirror().equals(share.mirror()));
        victims.addAll(clearing.plan(own, share::equals, now()));
      }
    }
    return victims;
  }

  /// One at a time: each corrects what was believed when it began.
  private void measure() throws IOException {
    measuringLock.lock();
    try {
      for (Share share : shares) {
        measuring.measure(share);
      }
    } finally {
      measuringLock.unlock();
    }
  }

  /// Reads the files of a mirror and compares them with what they were.
  ///
  /// @param mirror whose; null for those of all
  /// @param wanted which, by their names
  /// @throws IOException if the disk cannot be read
  public ScrubReport scrub(@Nullable String mirror, Predicate<String> wanted)
      throws IOException, InterruptedException {
    List<Share> of =
        shares.stream().filter(share -> mirror == null || share.mirror().equals(mirror)).toList();
    return scrubbing.all(of, wanted);
  }

  /// How it stands.
  public CacheReport report() {
    long total;
    try {
      total = disk.getTotalSpace();
    } catch (IOException e) {
      total = -1;
    }
    long free = free();
    return new CacheReport(
        bounds.max(),
        bounds.least(),
        free == Long.MAX_VALUE ? -1 : free,
        total,
        shares.stream().map(share -> share.report(bounds.max())).toList());
  }

  /// What everything in the data directory takes of the disk, measured now.
  ///
  /// @throws IOException if the disk cannot be read
  public Usage usage() throws IOException {
    return measuring.usage(shares.stream().map(Share::mirror).toList());
  }

  private void run() {
    // What is known from before the restart is good enough to start with; a database that is new
    // knows nothing.
    boolean known = shares.stream().allMatch(measuring::isKnown);
    Instant measured = known ? now().minus(MEASURE_EVERY).plus(MEASURE_FIRST) : Instant.MIN;
    while (!closed) {
      try {
        if (measured.isBefore(now().minus(MEASURE_EVERY)) || measured.isAfter(now())) {
          measured = now();
          collect(0, false);
        } else {
          look();
        }
        if (grown.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          grown.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        // The root of this thread: one failure must not be its end.
        LOG.error("cache: tidying up: {}", e.getMessage(), e);
      }
    }
  }

  private void look() throws IOException {
    for (Share share : shares) {
      measuring.measureState(share);
    }
    clearingLock.lock();
    try {
      clearing.evict(surplus(0, 0));
    } finally {
      clearingLock.unlock();
    }
  }

  /// Ends what it does in the background. Files that are under way may still come.
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    scrubbing.close();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
