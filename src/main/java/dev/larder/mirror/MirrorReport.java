package dev.larder.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a mirror stands, for `status`, `mirror show` and metrics. A snapshot.
///
/// @param name the mirror's name
/// @param format its format
/// @param upstreams in order of preference
/// @param roots its roots that were asked for since they exist
/// @param fills downloads under way
/// @param kept directories that nothing removes
/// @param hits answers since start that were given from what we hold
/// @param misses the others
/// @param bytesFromCache body bytes sent from what we hold
/// @param bytesFromUpstream body bytes read from upstreams
/// @param ended how downloads ended since start
public record MirrorReport(
    String name,
    String format,
    List<UpstreamReport> upstreams,
    List<RootReport> roots,
    List<FillReport> fills,
    List<String> kept,
    long hits,
    long misses,
    long bytesFromCache,
    long bytesFromUpstream,
    Ended ended) {
  /// Takes defensive copies.
  public MirrorReport {
    upstreams = List.copyOf(upstreams);
    roots = List.copyOf(roots);
    fills = List.copyOf(fills);
    kept = List.copyOf(kept);
  }

  /// Answers since start.
  public long requests() {
    return hits + misses;
  }

  /// How an upstream stands.
  ///
  /// @param url base URL
  /// @param state `ok`, `backing off` or `untried`
  /// @param lastError one sentence, or null
  /// @param retryAt when it is tried again, or null if it is not backing off
  /// @param failures how often it failed since start: did not answer, answered with an error, sent
  ///   wrong bytes or too few, or asked to be left alone
  /// @param heads from a request until the head of its answer
  public record UpstreamReport(
      String url,
      String state,
      @Nullable String lastError,
      @Nullable Instant retryAt,
      long failures,
      LatencyReport heads) {}

  /// How long something took since start.
  ///
  /// @param bounds of the buckets from above, inclusive, ascending
  /// @param counts how many are in each bucket; the last, one more than there are bounds, has what
  ///   took longer
  /// @param sum all durations together
  public record LatencyReport(List<Duration> bounds, List<Long> counts, Duration sum) {
    /// Nothing happened.
    public static final LatencyReport NONE =
        new LatencyReport(List.of(), List.of(0L), Duration.ZERO);

    /// Takes defensive copies.
    public LatencyReport {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
    }
  }

  /// How downloads ended since start.
  ///
  /// @param done brought and stored a file
  /// @param unmodified were told that what we hold is right
  /// @param absent found that no upstream has it
  /// @param failed brought nothing whole; what came may be gone on with
  /// @param passed not stored: the disk had no room, or it was a range far ahead
  public record Ended(long done, long unmodified, long absent, long failed, long passed) {
    /// Nothing happened.
    public static final Ended NONE = new Ended(0, 0, 0, 0, 0);
  }

  /// How a root stands.
  ///
  /// @param id the root's name
  /// @param generation number of the current generation, or 0 if there is none
  /// @param fetchedAt when the current generation was fetched, or null
  /// @param checkedAt when upstream last confirmed it, or null
  /// @param upstream which upstream the generation is from, or null
  /// @param indexes paths of its index files
  /// @param packages how many packages it names
  /// @param held numbers of superseded generations still held, newest first
  /// @param refusal why the newest index upstream offers is not served, or null
  /// @param refusedSince since when, or null
  /// @param lastError why the last refresh failed, or null if it did not
  public record RootReport(
      String id,
      long generation,
      @Nullable Instant fetchedAt,
      @Nullable Instant checkedAt,
      @Nullable String upstream,
      List<String> indexes,
      long packages,
      List<Long> held,
      @Nullable String refusal,
      @Nullable Instant refusedSince,
      @Nullable String lastError) {}

  /// A download under way.
  ///
  /// @param path what is fetched
  /// @param size in bytes, or -1 if not known
  /// @param received bytes so far
  /// @param readers clients that read it now
  /// @param upstream where it comes from
  /// @param startedAt since when
  public record FillReport(
      String path, long size, long received, int readers, String upstream, Instant startedAt) {}
}
