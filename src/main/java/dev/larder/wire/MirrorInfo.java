package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/mirrors/{name}`: how a mirror stands.
///
/// @param name its name
/// @param format its format: `pacman`
/// @param path where it answers on the package listener: `/arch/`
/// @param upstreams in order of preference
/// @param roots its roots that were asked for
/// @param fills downloads under way
/// @param kept directories whose files nothing removes
/// @param requests answers given since the server started
/// @param hits of these, answered from what is held
/// @param bytesFromCache body bytes sent from what is held
/// @param bytesFromUpstream body bytes read from upstreams
public record MirrorInfo(
    String name,
    String format,
    String path,
    List<Upstream> upstreams,
    List<Root> roots,
    List<Fill> fills,
    List<String> kept,
    long requests,
    long hits,
    long bytesFromCache,
    long bytesFromUpstream) {
  /// Takes defensive copies.
  public MirrorInfo {
    upstreams = List.copyOf(upstreams);
    roots = List.copyOf(roots);
    fills = List.copyOf(fills);
    kept = List.copyOf(kept);
  }

  /// An upstream.
  ///
  /// @param url its base URL
  /// @param state `ok`, `backing off` or `untried`
  /// @param lastError one sentence, or null
  /// @param retryAt when it is tried again, or null if it is not backing off
  public record Upstream(
      String url, String state, @Nullable String lastError, @Nullable Instant retryAt) {}

  /// A root: a set of indexes that changes together.
  ///
  /// @param id its name within the mirror
  /// @param generation number of the current generation, or 0 if there is none yet
  /// @param fetchedAt when the current generation was fetched, or null
  /// @param checkedAt when upstream last confirmed it, or null
  /// @param upstream base URL the generation is from, or null
  /// @param indexes paths of its indexes
  /// @param packages how many packages it names
  /// @param held numbers of superseded generations still held, newest first
  /// @param refusal why the newest index upstream offers is not served, or null
  /// @param refusedSince since when, or null
  /// @param lastError why the last refresh failed, or null if it did not
  public record Root(
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
      @Nullable String lastError) {
    /// Takes defensive copies.
    public Root {
      indexes = List.copyOf(indexes);
      held = List.copyOf(held);
    }
  }

  /// A download under way.
  ///
  /// @param path what is fetched, below the mirror
  /// @param size in bytes, or null if not known
  /// @param received bytes so far
  /// @param readers clients that read it now
  /// @param upstream base URL it comes from
  /// @param startedAt since when
  public record Fill(
      String path,
      @Nullable Long size,
      long received,
      int readers,
      String upstream,
      Instant startedAt) {}
}
