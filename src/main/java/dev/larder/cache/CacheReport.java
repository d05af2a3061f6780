package dev.larder.cache;

import java.util.List;
import java.util.Map;

/// How the cache stands, from what is counted while files come and go. A snapshot.
///
/// @param max what all mirrors together may take, bytes
/// @param minFree what stays free on the file system, bytes
/// @param free what is free there now, bytes; -1 if that cannot be told
/// @param total size of the file system, bytes; -1 if that cannot be told
/// @param mirrors each of them
public record CacheReport(long max, long minFree, long free, long total, List<OfMirror> mirrors) {
  /// Takes a defensive copy.
  public CacheReport {
    mirrors = List.copyOf(mirrors);
  }

  /// What all mirrors together take, with what is on its way.
  public long taken() {
    return mirrors.stream().mapToLong(OfMirror::taken).sum();
  }

  /// A mirror's part.
  ///
  /// @param mirror its name
  /// @param limit what it may take
  /// @param files what the files take that clients can ask for
  /// @param state what indexes and unfinished files take
  /// @param reserved for files that are on their way
  /// @param counters of what went since the start
  public record OfMirror(
      String mirror, long limit, long files, long state, long reserved, Counters counters) {
    /// All of it.
    public long taken() {
      return files + state + reserved;
    }
  }

  /// What happened since the start.
  ///
  /// @param evicted how many files went to make room, by how dear they were
  /// @param expired how many went because nobody had asked for them in `keep`
  /// @param evictedBytes what both took of the disk
  /// @param scrubbedBytes how much was read and compared
  /// @param damaged how many files were found damaged
  public record Counters(
      Map<Rank, Long> evicted, long expired, long evictedBytes, long scrubbedBytes, long damaged) {
    /// Takes a defensive copy.
    public Counters {
      evicted = Map.copyOf(evicted);
    }
  }
}
