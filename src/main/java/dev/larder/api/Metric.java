package dev.larder.api;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is told at `/metrics`. Names follow Prometheus's conventions: base units, `_total` for what
/// only grows, times as seconds since the epoch, so that an age is `time() - x`. No label has a
/// value for every package or client: their number is that of listeners, mirrors, roots, upstreams
/// and repositories.
enum Metric {
  BUILD(
      Kind.INFO,
      "larder_build_info",
      "Always 1; which version of Larder this is, and of Java.",
      "version",
      "java"),
  STARTED(Kind.GAUGE, "process_start_time_seconds", "When Larder started."),
  CPU(Kind.COUNTER, "process_cpu_seconds_total", "Processor time used."),
  OPEN_FDS(Kind.GAUGE, "process_open_fds", "Open file descriptors."),
  MAX_FDS(Kind.GAUGE, "process_max_fds", "How many file descriptors there may be."),
  MEMORY(Kind.GAUGE, "jvm_memory_used_bytes", "Memory used by the Java runtime.", "area"),
  MAX_MEMORY(
      Kind.GAUGE,
      "jvm_memory_max_bytes",
      "How much it may be; not there where nothing limits it.",
      "area"),
  DATA_FREE(Kind.GAUGE, "larder_data_free_bytes", "Free disk space at the data directory."),

  LOG_MESSAGES(
      Kind.COUNTER,
      "larder_log_messages_total",
      "Messages logged, by level: error, warn, info, debug.",
      "level"),
  ACCESS_LOG_DROPPED(
      Kind.COUNTER,
      "larder_access_log_dropped_lines_total",
      "Lines that the access log lacks, since it could not be written or not fast enough."),

  CONNECTIONS(
      Kind.GAUGE,
      "larder_packages_connections",
      "Open connections of the package listener.",
      "listener"),
  ACCEPTED(
      Kind.COUNTER,
      "larder_packages_accepted_connections_total",
      "Connections that the package listener accepted, with those that it then refused.",
      "listener"),
  RESPONSES(
      Kind.COUNTER,
      "larder_packages_responses_total",
      "Responses of the package listener by status code.",
      "listener",
      "code"),
  SENT_BYTES(
      Kind.COUNTER,
      "larder_packages_sent_bytes_total",
      "Body bytes sent to clients, those of a response when it has ended.",
      "listener"),
  REFUSED(
      Kind.COUNTER,
      "larder_requests_refused_total",
      "Requests and connections that the package listener refused: network, by allow and deny; root,"
          + " for a path outside the roots of its mirror; proxy, for a connection without the header"
          + " of the PROXY protocol or from an untrusted one, or headers of proxies that contradict"
          + " each other; connections, fills, rate, pages, by the limit of that name.",
      "reason"),
  LIMITED_CLIENTS(
      Kind.GAUGE, "larder_limits_clients", "Clients that are remembered because of limits."),

  MIRROR_REQUESTS(
      Kind.COUNTER,
      "larder_mirror_requests_total",
      "Files a mirror answered with: hit, from what it holds, or miss, for which an upstream was"
          + " asked. Failures are only in larder_packages_responses_total.",
      "mirror",
      "result"),
  MIRROR_CACHE_BYTES(
      Kind.COUNTER,
      "larder_mirror_cache_bytes_total",
      "Body bytes sent to clients from what the mirror holds.",
      "mirror"),
  MIRROR_UPSTREAM_BYTES(
      Kind.COUNTER,
      "larder_mirror_upstream_bytes_total",
      "Body bytes read from upstreams.",
      "mirror"),
  MIRROR_FILLS(Kind.GAUGE, "larder_mirror_fills", "Downloads from upstreams under way.", "mirror"),
  MIRROR_FILLS_ENDED(
      Kind.COUNTER,
      "larder_mirror_fills_ended_total",
      "How downloads from upstreams ended: done, the file is here; unmodified, what the mirror held"
          + " is right; absent, no upstream has it; failed.",
      "mirror",
      "result"),
  MIRROR_PASSED(
      Kind.COUNTER,
      "larder_mirror_passed_through_total",
      "Bodies that went from an upstream to a client without being stored, since the disk had no room"
          + " or the client asked for a range far ahead.",
      "mirror"),
  UPSTREAM_RESPONSE(
      Kind.HISTOGRAM,
      "larder_mirror_upstream_response_seconds",
      "From a request to an upstream until the head of its answer. Requests without an answer are not"
          + " in it.",
      "mirror",
      "upstream"),
  UPSTREAM_FAILURES(
      Kind.COUNTER,
      "larder_mirror_upstream_failures_total",
      "Failures of an upstream: no answer, an error, wrong or too few bytes, or a wish to be left"
          + " alone.",
      "mirror",
      "upstream"),
  UPSTREAM_UP(
      Kind.GAUGE,
      "larder_mirror_upstream_up",
      "0 from a failed request to an upstream, or one by which it asked to be left alone, until the"
          + " next that succeeds; else 1.",
      "mirror",
      "upstream"),
  ROOT_GENERATION(
      Kind.GAUGE,
      "larder_mirror_generation_number",
      "Number of the current generation of a root; 0 if there is none.",
      "mirror",
      "root"),
  ROOT_FETCHED(
      Kind.GAUGE,
      "larder_mirror_generation_fetched_time_seconds",
      "When the current generation of a root was fetched.",
      "mirror",
      "root"),
  ROOT_CHECKED(
      Kind.GAUGE,
      "larder_mirror_generation_checked_time_seconds",
      "When an upstream last confirmed that it is current.",
      "mirror",
      "root"),
  ROOT_PACKAGES(
      Kind.GAUGE,
      "larder_mirror_packages",
      "Packages that the current generation of a root names.",
      "mirror",
      "root"),
  ROOT_REFUSED(
      Kind.GAUGE,
      "larder_mirror_index_refused",
      "1 while the newest index that upstreams offer is not served: its signature is wrong, it"
          + " contradicts itself, or it is older than ours. Else 0.",
      "mirror",
      "root"),
  ROOT_FAILED(
      Kind.GAUGE,
      "larder_mirror_refresh_failed",
      "1 if the last attempt to ask an upstream for the index failed; else 0.",
      "mirror",
      "root"),

  CACHE_MAX(
      Kind.GAUGE, "larder_cache_max_bytes", "What all mirrors together may take of the disk."),
  CACHE_BYTES(
      Kind.GAUGE,
      "larder_cache_bytes",
      "What a mirror takes of the disk: files clients can ask for, indexes and unfinished files, and"
          + " room reserved for what is on its way.",
      "mirror",
      "what"),
  CACHE_LIMIT(Kind.GAUGE, "larder_cache_limit_bytes", "What a mirror may take.", "mirror"),
  CACHE_EVICTED(
      Kind.COUNTER,
      "larder_cache_evicted_files_total",
      "Files that went: to make room, by how dear they were, or because nobody had asked for them in"
          + " as long as their mirror keeps them.",
      "mirror",
      "why"),
  CACHE_EVICTED_BYTES(
      Kind.COUNTER, "larder_cache_evicted_bytes_total", "What they took of the disk.", "mirror"),
  CACHE_SCRUBBED(
      Kind.COUNTER,
      "larder_cache_scrubbed_bytes_total",
      "What was read and compared with what it was.",
      "mirror"),
  CACHE_DAMAGED(
      Kind.COUNTER,
      "larder_cache_damaged_files_total",
      "Files that were found damaged on the disk and put into quarantine, or could not be read.",
      "mirror"),

  REPOSITORY_REQUESTS(
      Kind.COUNTER, "larder_repository_requests_total", "Answers of a repository.", "repository"),
  REPOSITORY_BYTES_SENT(
      Kind.COUNTER,
      "larder_repository_sent_bytes_total",
      "Body bytes sent to clients.",
      "repository"),
  REPOSITORY_GENERATION(
      Kind.GAUGE,
      "larder_repository_generation_number",
      "Number of a repository's current generation.",
      "repository"),
  REPOSITORY_CHANGED(
      Kind.GAUGE, "larder_repository_changed_time_seconds", "When that was made.", "repository"),
  REPOSITORY_PACKAGES(
      Kind.GAUGE,
      "larder_repository_packages",
      "Packages it has, those in several directories once for each.",
      "repository"),
  REPOSITORY_BYTES(
      Kind.GAUGE,
      "larder_repository_bytes",
      "What the files of these packages take.",
      "repository"),
  REPOSITORY_TROUBLE(
      Kind.GAUGE,
      "larder_repository_unsignable",
      "1 while a repository's keys cannot be used, so that nothing can be added; else 0.",
      "repository");

  private static final String TOTAL = "_total";
  private static final String INFO = "_info";

  private final Kind kind;
  private final String exposed;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // List.of: it is.
  private final List<String> labels;

  Metric(Kind kind, String exposed, String help, String... labels) {
    this.kind = kind;
    this.exposed = exposed;
    this.help = help;
    this.labels = List.of(labels);
  }

  /// What a metric's values do.
  enum Kind {
    /// Only grow, until the next start.
    COUNTER,
    /// Grow and shrink.
    GAUGE,
    /// Count what took how long, until the next start.
    HISTOGRAM,
    /// Are 1; the labels tell something.
    INFO
  }

  /// The name as Prometheus sees it.
  String exposed() {
    return exposed;
  }

  Kind kind() {
    return kind;
  }

  String help() {
    return help;
  }

  List<String> labels() {
    return labels;
  }

  /// A value.
  ///
  /// @param labels the values of the labels, in their order
  /// @param value of a histogram the sum of what it counts
  /// @param buckets of a histogram; else null
  record Sample(List<String> labels, double value, @Nullable ClassicHistogramBuckets buckets) {
    Sample(List<String> labels, double value) {
      this(labels, value, null);
    }
  }

  /// The metric with its values, as the writers of the exposition formats take it.
  MetricSnapshot snapshot(List<Sample> samples) {
    return switch (kind) {
      case COUNTER -> {
        var counter = CounterSnapshot.builder().name(without(TOTAL)).help(help);
        for (Sample each : samples) {
          counter.dataPoint(
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .labels(labelled(each))
                  .value(each.value())
                  .build());
        }
        yield counter.build();
      }
      case GAUGE -> {
        var gauge = GaugeSnapshot.builder().name(exposed).help(help);
        for (Sample each : samples) {
          gauge.dataPoint(
              GaugeSnapshot.GaugeDataPointSnapshot.builder()
                  .labels(labelled(each))
                  .value(each.value())
                  .build());
        }
        yield gauge.build();
      }
      case HISTOGRAM -> {
        var histogram = HistogramSnapshot.builder().name(exposed).help(help);
        for (Sample each : samples) {
          histogram.dataPoint(
              HistogramSnapshot.HistogramDataPointSnapshot.builder()
                  .labels(labelled(each))
                  .classicHistogramBuckets(Objects.requireNonNull(each.buckets()))
                  .sum(each.value())
                  .build());
        }
        yield histogram.build();
      }
      case INFO -> {
        var info = InfoSnapshot.builder().name(without(INFO)).help(help);
        for (Sample each : samples) {
          info.dataPoint(
              InfoSnapshot.InfoDataPointSnapshot.builder().labels(labelled(each)).build());
        }
        yield info.build();
      }
    };
  }

  // The writers put the endings there themselves.
  private String without(String ending) {
    return exposed.substring(0, exposed.length() - ending.length());
  }

  private Labels labelled(Sample sample) {
    return Labels.of(labels, sample.labels());
  }
}
