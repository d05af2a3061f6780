package dev.larder.repo;

import org.jspecify.annotations.Nullable;

/// How an answer was found, told in the `Cache-Status` header (RFC 9211).
///
/// @param hit answered without asking upstream
/// @param forward why upstream was asked: `uri-miss`, `stale`, `partial`, `bypass`; null on a hit
/// @param forwardStatus upstream's status code, or 0 if there was none
/// @param stored the answer is being kept
/// @param collapsed another client's request brought it
/// @param detail words for `larder explain`, without quotes or control characters; may be empty
/// @param upstream base URL of the one that was asked, or null; never told to clients
public record CacheStatus(
    boolean hit,
    @Nullable String forward,
    int forwardStatus,
    boolean stored,
    boolean collapsed,
    String detail,
    @Nullable String upstream) {
  /// Answered from what we hold.
  public static CacheStatus hit(String detail) {
    return new CacheStatus(true, null, 0, false, false, detail, null);
  }

  /// Upstream was asked, for the reason `forward`.
  public static CacheStatus forwarded(String forward, int status, boolean stored, String detail) {
    return new CacheStatus(false, forward, status, stored, false, detail, null);
  }

  /// The same, but brought by a request that was already under way.
  public CacheStatus withCollapsed() {
    return new CacheStatus(hit, forward, forwardStatus, stored, true, detail, upstream);
  }

  /// The same, with the upstream that was asked.
  public CacheStatus from(String base) {
    return new CacheStatus(hit, forward, forwardStatus, stored, collapsed, detail, base);
  }
}
