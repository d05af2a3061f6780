package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.egress.Egress;
import dev.larder.egress.Fetch;
import dev.larder.egress.Fetched;
import dev.larder.egress.RedirectPolicy;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// A mirror's upstreams in order of preference, and the one place that asks them.
final class Upstreams {
  private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);
  private static final Duration DISTRUST = Duration.ofMinutes(10);

  private final UpstreamSource source;
  private final Egress egress;
  private final Supplier<RedirectPolicy> redirects;
  private final InstantSource clock;
  private final Cache<String, Boolean> distrusted =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(DISTRUST).build();
  private List<Upstream> all = List.of();

  Upstreams(
      UpstreamSource source,
      Egress egress,
      Supplier<RedirectPolicy> redirects,
      InstantSource clock) {
    this.source = source;
    this.egress = egress;
    this.redirects = redirects;
    this.clock = clock;
  }

  /// Where the base URLs come from; they may change while we run (a mirrorlist file).
  interface UpstreamSource {
    /// Base URLs without a trailing slash, in order of preference.
    List<String> urls();
  }

  /// All upstreams in order of preference.
  synchronized List<Upstream> all() {
    List<String> urls = source.urls();
    if (!urls.equals(all.stream().map(Upstream::base).toList())) {
      List<Upstream> next = new ArrayList<>();
      for (String url : urls) {
        next.add(
            all.stream()
                .filter(upstream -> upstream.base().equals(url))
                .findFirst()
                .orElseGet(() -> new Upstream(url, clock)));
      }
      all = List.copyOf(next);
    }
    return all;
  }

  /// The upstreams to ask for `what`, in order: those that are well, or all that did not ask to be
  /// left alone if none is well; those that gave wrong bytes of `what` last.
  ///
  /// @param what a promise's key, or null
  List<Upstream> inOrder(@Nullable String what) {
    List<Upstream> well = all().stream().filter(Upstream::available).toList();
    List<Upstream> order = new ArrayList<>(well);
    if (order.isEmpty()) {
      all().stream().filter(upstream -> upstream.toldUntil() == null).forEach(order::add);
    }
    if (what != null) {
      List<Upstream> last = order.stream().filter(upstream -> distrusts(upstream, what)).toList();
      order.removeAll(last);
      order.addAll(last);
    }
    return order;
  }

  /// How long until the first upstream that asked to be left alone may be asked; null if none did.
  @Nullable Duration retryAfter() {
    Duration shortest = null;
    Instant now = clock.instant();
    for (Upstream upstream : all()) {
      Instant until = upstream.toldUntil();
      if (until != null) {
        Duration wait = Duration.between(now, until);
        shortest = shortest == null || wait.compareTo(shortest) < 0 ? wait : shortest;
      }
    }
    return shortest;
  }

  /// `upstream` has answered what is of no use. Where no index says that it has such a file that
  /// tells little about it, since clients can make names up: only an error of its own counts.
  ///
  /// @param status of its answer
  void bad(Upstream upstream, FillOrder order, int status, String why) {
    boolean promised = !order.promise().isUnverified();
    boolean news = (promised || status >= 500) && upstream.failed(why);
    LOG.atLevel(promised || news ? Level.WARN : Level.DEBUG)
        .log("{}: {}: {}", order.path(), upstream, why);
    if (promised) {
      distrust(upstream, order.promise().key());
    }
  }

  /// `upstream` gave wrong bytes of `what`: others are asked first for a while.
  void distrust(Upstream upstream, String what) {
    distrusted.put(upstream.base() + "\n" + what, Boolean.TRUE);
  }

  private boolean distrusts(Upstream upstream, String what) {
    return distrusted.getIfPresent(upstream.base() + "\n" + what) != null;
  }

  /// Asks `upstream` for `path`. The answer may be of any status.
  ///
  /// @throws IOException if there is no answer
  Fetched get(Upstream upstream, RelPath path, Map<String, String> headers) throws IOException {
    long asked = System.nanoTime();
    Fetched answer = egress.get(new Fetch(upstream.uri(path), headers, redirects.get(), hosts()));
    upstream.answered(Duration.ofNanos(System.nanoTime() - asked));
    return answer;
  }

  Instant now() {
    return clock.instant();
  }

  /// The hosts that stand in the configuration.
  private Set<String> hosts() {
    Set<String> hosts = new HashSet<>();
    for (Upstream upstream : all()) {
      hosts.add(upstream.host());
    }
    return hosts;
  }
}
