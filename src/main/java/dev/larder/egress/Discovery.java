package dev.larder.egress;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the servers of a host by its SRV records, as FreeBSD's pkg does: `_https._tcp.HOST`, and
/// only where that has none `_http._tcp.HOST`, since nobody may talk us out of TLS by blocking it.
///
/// Who asks for the servers never waits: they are looked up in the background and again every ten
/// minutes. While the name server does not answer, what was found before stays; a host without
/// records, or of which nothing is known yet, is its own only server. The order drawn by weight is
/// kept until the records change, so that a mirror does not jump between servers that are not
/// equally up to date.
public final class Discovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
  private static final int MOST_SERVERS = 32;

  private final Records records;
  private final RandomGenerator random;
  private final Duration every;
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("larder-srv-", 0).daemon().factory());

  /// Answers what SRV records a name has.
  interface Records {
    /// As [NameServer#records] does for `SRV`.
    List<String> of(String name) throws IOException;
  }

  /// The servers a host has.
  ///
  /// @param scheme `https` or `http`
  /// @param records in the order in which they are to be asked; empty if the host has none
  public record Servers(String scheme, List<ServiceRecord> records) {
    /// Takes a defensive copy.
    public Servers {
      records = List.copyOf(records);
    }

    /// Base URLs without a slash at the end, those of the host itself if it has no records.
    ///
    /// @param host whose servers they are
    public List<String> urls(String host) {
      return records.isEmpty()
          ? List.of("https://" + host)
          : records.stream().map(record -> record.url(scheme)).distinct().toList();
    }
  }

  /// A host whose servers are kept known.
  private static final class Followed {
    final CountDownLatch asked = new CountDownLatch(1);
    volatile @Nullable Servers servers;
    volatile @Nullable String complaint;
  }

  /// Discovery with the name server of `settings`.
  ///
  /// @param random draws among servers of one priority
  public Discovery(EgressSettings settings, RandomGenerator random) {
    this(name -> new NameServer(settings.resolver()).records(name, "SRV"), random, EVERY);
  }

  Discovery(Records records, RandomGenerator random, Duration every) {
    this.records = records;
    this.random = random;
    this.every = every;
  }

  /// Begins to look up the servers of `host`, and keeps them known. Does not block.
  public void follow(String host) {
    if (followed.putIfAbsent(host, new Followed()) == null) {
      again(host, Duration.ZERO);
    }
  }

  /// Waits until everything that is followed has been looked up once, but not longer than `most`.
  public void await(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    for (Followed one : followed.values()) {
      if (!one.asked.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return;
      }
    }
  }

  /// Base URLs of the servers of `host` without a slash at the end, in the order in which they are
  /// to be asked; never empty. Does not block.
  public List<String> urls(String host) {
    Followed one = followed.get(host);
    Servers servers = one == null ? null : one.servers;
    return servers == null ? List.of("https://" + host) : servers.urls(host);
  }

  /// Looks up the servers of `host` now. Blocks for some seconds at most.
  ///
  /// @throws IOException if the name server does not answer
  public Servers find(String host) throws IOException {
    for (String scheme : List.of("https", "http")) {
      List<ServiceRecord> found = new ArrayList<>();
      for (String text : records.of("_" + scheme + "._tcp." + host)) {
        ServiceRecord record = ServiceRecord.orNull(text);
        if (record != null) {
          found.add(record);
        }
      }
      if (!found.isEmpty()) {
        List<ServiceRecord> order = ServiceRecord.inOrder(found, random);
        return new Servers(scheme, order.subList(0, Math.min(MOST_SERVERS, order.size())));
      }
    }
    return new Servers("https", List.of());
  }

  private void again(String host, Duration delay) {
    try {
      var _ = threads.schedule(() -> lookUp(host), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed.
    }
  }

  private void lookUp(String host) {
    Followed one = followed.get(host);
    if (one == null) {
      return;
    }
    Duration next = every;
    try {
      take(host, one, find(host));
    } catch (IOException | RuntimeException e) {
      next = every.compareTo(AFTER_FAILURE) < 0 ? every : AFTER_FAILURE;
      String kept = one.servers == null ? "https://" + host + " itself is used" : "they stay";
      complain(
          one, "the servers of srv:%s cannot be looked up, %s: %s".formatted(host, kept, why(e)));
    } finally {
      one.asked.countDown();
      again(host, next);
    }
  }

  private static void take(String host, Followed one, Servers found) {
    Servers before = one.servers;
    if (before != null && before.scheme().equals(found.scheme()) && same(before, found)) {
      one.complaint = null;
      return;
    }
    one.servers = found;
    if (found.records().isEmpty()) {
      complain(one, "srv:%1$s has no SRV records, https://%1$s itself is used".formatted(host));
    } else {
      one.complaint = null;
      LOG.info("srv:{} is served by {}", host, String.join(", ", found.urls(host)));
    }
  }

  private static boolean same(Servers one, Servers other) {
    Set<ServiceRecord> records = new HashSet<>(one.records());
    return records.equals(new HashSet<>(other.records()));
  }

  /// What goes on being so is said once.
  private static void complain(Followed one, String what) {
    if (!what.equals(one.complaint)) {
      LOG.warn("{}", what);
    }
    one.complaint = what;
  }

  private static String why(Exception e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + " (" + cause + ")";
  }

  /// Looks up no more. What is known stays known.
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
