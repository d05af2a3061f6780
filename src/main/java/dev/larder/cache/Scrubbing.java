package dev.larder.cache;

import dev.larder.cache.FileUseTable.Row;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads files and compares them with what they were: disks forget. In the background so slowly
/// that nobody notices, each file once in a while.
final class Scrubbing {
  private static final Logger LOG = LoggerFactory.getLogger(Scrubbing.class);
  private static final int PAGE = 500;
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  private final FileUseTable table;
  private final InstantSource clock;
  private @Nullable Thread thread;

  Scrubbing(FileUseTable table, InstantSource clock) {
    this.table = table;
    this.clock = clock;
  }

  /// Begins the background.
  synchronized void start(Clearing.Shares shares, CacheSettings settings) {
    if (settings.scrub().isPositive()) {
      thread = Thread.ofPlatform().daemon().name("scrub").start(() -> run(shares, settings));
    }
  }

  private void run(Clearing.Shares shares, CacheSettings settings) {
    Steady pace = new Steady(settings.scrubRate());
    Duration every = settings.scrub();
    Duration pause = every.compareTo(LOOK_EVERY) < 0 ? every : LOOK_EVERY;
    try {
      while (true) {
        Thread.sleep(pause);
        for (Share share : shares.all()) {
          try {
            due(share, every, pace);
          } catch (RuntimeException e) {
            // The root of this thread: one failure must not be its end.
            LOG.error("{}: scrub: {}", share.mirror(), e.getMessage());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads what was not read for so long.
  void due(Share share, Duration every, Stock.Pace pace) throws InterruptedException {
    long since = clock.instant().minus(every).getEpochSecond();
    List<Row> page;
    do {
      if (share.stock() == null) {
        return; // there is nobody to ask
      }
      page = table.unread(share.mirror(), since, PAGE);
      for (Row row : page) {
        verify(share, row.name(), pace);
      }
    } while (page.size() == PAGE);
  }

  private Stock.Verdict verify(Share share, String name, Stock.Pace pace)
      throws InterruptedException {
    Stock stock = share.stock();
    if (stock == null) {
      return Stock.Verdict.UNKNOWN;
    }
    Stock.Verdict verdict;
    try {
      verdict =
          stock.verify(
              name,
              bytes -> {
                share.scrubbed(bytes);
                pace.read(bytes);
              });
    } catch (IOException e) {
      // One that cannot be read must not keep all others from being read, now or in a minute.
      LOG.warn("{}: {} cannot be read, see to the disk: {}", share.mirror(), name, e.toString());
      table.read(share.mirror(), name, clock.instant().getEpochSecond());
      share.damaged();
      return Stock.Verdict.DAMAGED;
    }
    switch (verdict) {
      case SOUND, UNKNOWN -> table.read(share.mirror(), name, clock.instant().getEpochSecond());
      case DAMAGED -> {
        // It is told of by whoever put it aside.
      }
      case GONE -> table.remove(share.mirror(), List.of(name));
    }
    return verdict;
  }

  /// Reads all that is `wanted` now, as fast as the disk gives it.
  ScrubReport all(List<Share> shares, Predicate<String> wanted) throws InterruptedException {
    List<ScrubReport.Damaged> damaged = new ArrayList<>();
    long files = 0;
    long unknown = 0;
    Counting read = new Counting();
    for (Share share : shares) {
      share.flush();
      String last = "";
      List<String> page;
      do {
        page = table.names(share.mirror(), last, PAGE);
        for (String name : page) {
          last = name;
          if (wanted.test(name)) {
            Stock.Verdict verdict = verify(share, name, read);
            files += verdict == Stock.Verdict.GONE ? 0 : 1;
            unknown += verdict == Stock.Verdict.UNKNOWN ? 1 : 0;
            if (verdict == Stock.Verdict.DAMAGED) {
              damaged.add(new ScrubReport.Damaged(share.mirror(), name));
            }
          }
        }
      } while (page.size() == PAGE);
    }
    return new ScrubReport(files, read.bytes, unknown, damaged);
  }

  private static final class Counting implements Stock.Pace {
    private long bytes;

    @Override
    public void read(int n) {
      bytes += n;
    }
  }

  /// So many bytes a second.
  static final class Steady implements Stock.Pace {
    private final long rate;
    private long nextAt = System.nanoTime();

    Steady(long rate) {
      this.rate = rate;
    }

    @Override
    public void read(int bytes) throws InterruptedException {
      long now = System.nanoTime();
      // What was not read in a pause is not made up for.
      nextAt = Math.max(nextAt, now) + (long) (bytes * 1e9 / rate);
      Thread.sleep(Duration.ofNanos(Math.max(0, nextAt - now)));
    }
  }

  /// The background goes on with other settings.
  synchronized void restart(Clearing.Shares shares, CacheSettings settings) {
    close();
    thread = null;
    start(shares, settings);
  }

  synchronized void close() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }
}
