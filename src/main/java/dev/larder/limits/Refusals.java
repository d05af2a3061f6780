package dev.larder.limits;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts what was refused, and tells of it in the log: once a minute, a line for each client, and
/// of many clients only those with the most.
public final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /// How often [#tell()] is to be called.
  public static final int SECONDS = 60;

  private static final int MOST_CLIENTS = 1000;
  private static final int MOST_LINES = 10;

  private final ClientLimits limits;
  private final Tally all = new Tally();
  private final AtomicReference<Minute> minute = new AtomicReference<>(new Minute());

  Refusals(ClientLimits limits) {
    this.limits = limits;
  }

  /// Why something was refused.
  public enum Reason {
    /// `allow` and `deny`.
    NETWORK,
    /// The path is not in `roots` of its mirror.
    ROOT,
    /// A connection without the PROXY protocol's header, or from somebody who is not trusted; or a
    /// request whose proxies contradict each other.
    PROXY,
    /// Too many connections, of all clients or of one.
    CONNECTIONS,
    /// The client has too many downloads from upstreams under way.
    FILLS,
    /// Its requests come too fast.
    RATE,
    /// Too many large pages are on their way to clients that are slow to take them.
    PAGES;

    /// As it is counted and told.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final class Tally {
    private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);

    Tally() {
      for (Reason reason : Reason.values()) {
        counts.put(reason, new LongAdder());
      }
    }

    LongAdder of(Reason reason) {
      return counts.getOrDefault(reason, new LongAdder());
    }

    long sum() {
      return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    String text() {
      StringBuilder text = new StringBuilder();
      counts.forEach((reason, count) -> {
        if (count.sum() > 0) {
          text.append(text.isEmpty() ? "" : ", ").append(reason.word()).append(' ').append(count);
        }
      });
      return text.toString();
    }
  }

  private static final class Minute {
    private final ConcurrentHashMap<ClientKey, Tally> clients = new ConcurrentHashMap<>();
    private final LongAdder others = new LongAdder();
  }

  /// Counts one.
  ///
  /// @return whether it is the first one of this client within a minute, and so may be told at once
  public boolean count(Reason reason, InetAddress client) {
    all.of(reason).increment();
    ClientKey key = ClientKey.of(client, limits.settings().ipv6Prefix());
    Minute now = minute.get();
    Tally tally = now.clients.get(key);
    if (tally == null && now.clients.size() < MOST_CLIENTS) {
      tally = now.clients.computeIfAbsent(key, _ -> new Tally());
    }
    if (tally == null) {
      now.others.increment();
      return false;
    }
    boolean first = tally.sum() == 0;
    tally.of(reason).increment();
    return first;
  }

  /// How many there were since the start, by the word for the reason.
  public Map<String, Long> counts() {
    Map<String, Long> counts = new java.util.TreeMap<>();
    all.counts.forEach((reason, count) -> counts.put(reason.word(), count.sum()));
    return counts;
  }

  /// Logs what was refused since the last call.
  public void tell() {
    Minute told = minute.get();
    if (told.clients.isEmpty()) {
      return;
    }
    minute.set(new Minute());
    List<Map.Entry<ClientKey, Tally>> most =
        told.clients.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> -entry.getValue().sum()))
            .toList();
    for (Map.Entry<ClientKey, Tally> entry : most.subList(0, Math.min(MOST_LINES, most.size()))) {
      LOG.info("refused to {} within a minute: {}", entry.getKey().text(), entry.getValue().text());
    }
    if (most.size() > MOST_LINES) {
      long rest =
          most.subList(MOST_LINES, most.size()).stream().mapToLong(e -> e.getValue().sum()).sum();
      LOG.info(
          "refused to {} or more other clients within a minute: {}",
          most.size() - MOST_LINES,
          rest + told.others.sum());
    }
  }
}
