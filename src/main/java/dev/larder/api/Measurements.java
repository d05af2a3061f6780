package dev.larder.api;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.larder.api.Metric.Sample;
import dev.larder.cache.CacheReport;
import dev.larder.cache.Rank;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.MirrorReport.RootReport;
import dev.larder.repo.RepositoryReport;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of all metrics at one moment, taken from the reports that `status` is made of.
final class Measurements {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final Map<Metric, List<Sample>> samples = new EnumMap<>(Metric.class);

  private void add(Metric metric, double value, String... labels) {
    samples.computeIfAbsent(metric, _ -> new ArrayList<>()).add(new Sample(List.of(labels), value));
  }

  private void add(Metric metric, long value, String... labels) {
    // Prometheus knows no other numbers; whole ones are exact up to eight pebibytes.
    add(metric, (double) value, labels);
  }

  private void add(Metric metric, @Nullable Instant time, String... labels) {
    if (time != null) {
      add(metric, time.toEpochMilli() / MILLIS, labels);
    }
  }

  private void add(Metric metric, boolean is, String... labels) {
    add(metric, is ? 1L : 0L, labels);
  }

  private void add(Metric metric, MirrorReport.LatencyReport latency, String... labels) {
    var buckets = ClassicHistogramBuckets.builder();
    List<Long> counts = latency.counts();
    for (int i = 0; i < counts.size(); i++) {
      boolean last = i == latency.bounds().size();
      double bound = last ? Double.POSITIVE_INFINITY : latency.bounds().get(i).toMillis() / MILLIS;
      buckets.bucket(bound, counts.get(i));
    }
    double sum = latency.sum().toNanos() / NANOS;
    samples
        .computeIfAbsent(metric, _ -> new ArrayList<>())
        .add(new Sample(List.of(labels), sum, buckets.build()));
  }

  /// All of them, in the order of [Metric]. Those without a value are left out.
  MetricSnapshots snapshots() {
    List<MetricSnapshot> all = new ArrayList<>();
    samples.forEach((metric, values) -> all.add(metric.snapshot(values)));
    return new MetricSnapshots(all);
  }

  Measurements of(ServerReport server) {
    add(Metric.BUILD, true, server.version(), server.java());
    add(Metric.STARTED, server.startedAt());
    if (server.freeBytes() >= 0) {
      add(Metric.DATA_FREE, server.freeBytes());
    }
    server.load().listeners().forEach(this::add);
    server.load().refusals().forEach((reason, count) -> add(Metric.REFUSED, count, reason));
    add(Metric.LIMITED_CLIENTS, server.load().clients());
    return this;
  }

  private void add(ServerReport.Listener listener) {
    String address = listener.address();
    add(Metric.CONNECTIONS, listener.connections(), address);
    add(Metric.ACCEPTED, listener.accepted(), address);
    listener
        .responses()
        .forEach((code, count) -> add(Metric.RESPONSES, count, address, Integer.toString(code)));
    add(Metric.SENT_BYTES, listener.sentBytes(), address);
  }

  Measurements of(LogReport logs) {
    logs.messages().forEach((level, count) -> add(Metric.LOG_MESSAGES, count, level));
    add(Metric.ACCESS_LOG_DROPPED, logs.accessDropped());
    return this;
  }

  /// The process: file descriptors only where the system tells of them.
  Measurements ofProcess() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      add(Metric.CPU, unix.getProcessCpuTime() / NANOS);
      add(Metric.OPEN_FDS, unix.getOpenFileDescriptorCount());
      add(Metric.MAX_FDS, unix.getMaxFileDescriptorCount());
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    add("heap", memory.getHeapMemoryUsage());
    add("nonheap", memory.getNonHeapMemoryUsage());
    return this;
  }

  private void add(String area, MemoryUsage usage) {
    add(Metric.MEMORY, usage.getUsed(), area);
    if (usage.getMax() >= 0) {
      add(Metric.MAX_MEMORY, usage.getMax(), area);
    }
  }

  Measurements of(MirrorReport mirror) {
    String name = mirror.name();
    add(Metric.MIRROR_REQUESTS, mirror.hits(), name, "hit");
    add(Metric.MIRROR_REQUESTS, mirror.misses(), name, "miss");
    add(Metric.MIRROR_CACHE_BYTES, mirror.bytesFromCache(), name);
    add(Metric.MIRROR_UPSTREAM_BYTES, mirror.bytesFromUpstream(), name);
    add(Metric.MIRROR_FILLS, mirror.fills().size(), name);
    MirrorReport.Ended ended = mirror.ended();
    add(Metric.MIRROR_FILLS_ENDED, ended.done(), name, "done");
    add(Metric.MIRROR_FILLS_ENDED, ended.unmodified(), name, "unmodified");
    add(Metric.MIRROR_FILLS_ENDED, ended.absent(), name, "absent");
    add(Metric.MIRROR_FILLS_ENDED, ended.failed(), name, "failed");
    add(Metric.MIRROR_PASSED, ended.passed(), name);
    for (MirrorReport.UpstreamReport upstream : mirror.upstreams()) {
      add(Metric.UPSTREAM_RESPONSE, upstream.heads(), name, upstream.url());
      add(Metric.UPSTREAM_FAILURES, upstream.failures(), name, upstream.url());
      add(Metric.UPSTREAM_UP, upstream.lastError() == null, name, upstream.url());
    }
    mirror.roots().forEach(root -> add(name, root));
    return this;
  }

  private void add(String mirror, RootReport root) {
    add(Metric.ROOT_GENERATION, root.generation(), mirror, root.id());
    add(Metric.ROOT_FETCHED, root.fetchedAt(), mirror, root.id());
    add(Metric.ROOT_CHECKED, root.checkedAt(), mirror, root.id());
    add(Metric.ROOT_PACKAGES, root.packages(), mirror, root.id());
    add(Metric.ROOT_REFUSED, root.refusal() != null, mirror, root.id());
    add(Metric.ROOT_FAILED, root.lastError() != null, mirror, root.id());
  }

  Measurements of(CacheReport cache) {
    add(Metric.CACHE_MAX, cache.max());
    for (CacheReport.OfMirror mirror : cache.mirrors()) {
      String name = mirror.mirror();
      add(Metric.CACHE_BYTES, mirror.files(), name, "files");
      add(Metric.CACHE_BYTES, mirror.state(), name, "state");
      add(Metric.CACHE_BYTES, mirror.reserved(), name, "reserved");
      add(Metric.CACHE_LIMIT, mirror.limit(), name);
      CacheReport.Counters counters = mirror.counters();
      for (Rank rank : Rank.values()) {
        long count = counters.evicted().getOrDefault(rank, 0L);
        add(Metric.CACHE_EVICTED, count, name, rank.name().toLowerCase(Locale.ROOT));
      }
      add(Metric.CACHE_EVICTED, counters.expired(), name, "expired");
      add(Metric.CACHE_EVICTED_BYTES, counters.evictedBytes(), name);
      add(Metric.CACHE_SCRUBBED, counters.scrubbedBytes(), name);
      add(Metric.CACHE_DAMAGED, counters.damaged(), name);
    }
    return this;
  }

  Measurements of(RepositoryReport repository) {
    String name = repository.settings().name();
    add(Metric.REPOSITORY_REQUESTS, repository.requests(), name);
    add(Metric.REPOSITORY_BYTES_SENT, repository.bytesSent(), name);
    add(Metric.REPOSITORY_GENERATION, repository.generation(), name);
    add(Metric.REPOSITORY_CHANGED, repository.changedAt(), name);
    add(Metric.REPOSITORY_PACKAGES, repository.packages(), name);
    add(Metric.REPOSITORY_BYTES, repository.bytes(), name);
    add(Metric.REPOSITORY_TROUBLE, repository.trouble() != null, name);
    return this;
  }
}
