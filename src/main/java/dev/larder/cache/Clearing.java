package dev.larder.cache;

import dev.larder.cache.Eviction.Victim;
import dev.larder.cache.FileUseTable.Row;
import dev.larder.clock.Ages;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes files. Which ones is decided from a look at all rows in the order of their last use; a
/// page of them is in memory at a time.
final class Clearing {
  private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);
  private static final int PAGE = 1000;

  private final FileUseTable table;
  private final Shares shares;

  Clearing(FileUseTable table, Shares shares) {
    this.table = table;
    this.shares = shares;
  }

  /// The mirrors that take part.
  interface Shares {
    @Nullable Share of(String mirror);

    List<Share> all();
  }

  /// What would go to free `need` bytes.
  ///
  /// @param of whose files may go
  List<Victim> plan(long need, Predicate<Share> of, Instant now) {
    writeDown(now);
    Eviction eviction = new Eviction(need);
    @Nullable Row last = null;
    while (!eviction.isSettled()) {
      List<Row> page = table.oldest(last, PAGE);
      for (Row row : page) {
        Victim victim = victim(row, of);
        if (victim != null) {
          eviction.offer(victim);
        }
      }
      if (page.size() < PAGE) {
        break;
      }
      last = page.getLast();
    }
    return eviction.chosen();
  }

  /// What was used while the clock was wrong was used nobody knows when: as if it were now.
  private void writeDown(Instant now) {
    shares.all().forEach(Share::flush);
    if (Ages.isPlausible(now)) {
      table.date(Ages.EARLIEST.getEpochSecond(), now.getEpochSecond());
    }
  }

  private @Nullable Victim victim(Row row, Predicate<Share> of) {
    Share share = shares.of(row.mirror());
    Stock stock = share == null ? null : share.stock();
    if (share == null || stock == null || !of.test(share)) {
      return null;
    }
    Instant usedAt = Instant.ofEpochSecond(row.usedAt());
    Rank rank = stock.rank(row.name(), usedAt);
    return rank == null ? null : new Victim(row.mirror(), row.name(), row.bytes(), rank, usedAt);
  }

  /// Files nobody has asked for in as long as their mirror keeps them.
  ///
  /// @param now by a clock that may be right
  List<Victim> outdated(Instant now) {
    writeDown(now);
    List<Victim> victims = new ArrayList<>();
    Instant latest = Instant.MIN;
    for (Share share : shares.all()) {
      Duration keep = share.keep();
      latest = keep != null && now.minus(keep).isAfter(latest) ? now.minus(keep) : latest;
    }
    @Nullable Row last = null;
    while (true) {
      List<Row> page = table.oldest(last, PAGE);
      for (Row row : page) {
        if (Instant.ofEpochSecond(row.usedAt()).isAfter(latest)) {
          return victims;
        }
        Victim victim = victim(row, share -> isOutdated(share.keep(), row, now));
        if (victim != null) {
          victims.add(victim);
        }
      }
      if (page.size() < PAGE) {
        return victims;
      }
      last = page.getLast();
    }
  }

  private static boolean isOutdated(@Nullable Duration keep, Row row, Instant now) {
    return keep != null && Instant.ofEpochSecond(row.usedAt()).plus(keep).isBefore(now);
  }

  /// Removes files to make room.
  ///
  /// @return how many bytes that gave back
  long evict(List<Victim> victims) {
    Map<Rank, Integer> counts = new EnumMap<>(Rank.class);
    long freed = 0;
    for (Victim victim : victims) {
      long bytes = remove(victim);
      Share share = shares.of(victim.mirror());
      if (bytes > 0 && share != null) {
        share.evicted(victim.rank(), bytes);
        counts.merge(victim.rank(), 1, Integer::sum);
      }
      freed += bytes;
    }
    if (!counts.isEmpty()) {
      LOG.info("cache: made room, {} bytes; files that went: {}", freed, counts);
    }
    return freed;
  }

  /// Removes files because of their age.
  void expire(List<Victim> victims) {
    for (Victim victim : victims) {
      long bytes = remove(victim);
      Share share = shares.of(victim.mirror());
      if (bytes > 0 && share != null) {
        share.expired(bytes);
      }
    }
  }

  private long remove(Victim victim) {
    Share share = shares.of(victim.mirror());
    Stock stock = share == null ? null : share.stock();
    if (stock == null) {
      return 0;
    }
    try {
      return stock.remove(victim.name());
    } catch (IOException e) {
      LOG.warn("{}: {} cannot be removed: {}", victim.mirror(), victim.name(), e.getMessage());
      return 0;
    }
  }
}
