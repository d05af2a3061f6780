package dev.larder.serve;

import dev.larder.limits.Refusals;
import dev.larder.repo.Content;
import dev.larder.store.RelPath;
import org.jspecify.annotations.Nullable;

/// Where a request leads.
sealed interface Place {
  /// A path of a mirror or repository.
  ///
  /// @param content what answers
  /// @param prefix path of the content's root as the client sees it, decoded, with slashes at both
  ///   ends: redirects start with it
  /// @param path below the root
  /// @param directory whether it was asked with a slash at its end
  record Inside(Content content, String prefix, RelPath path, boolean directory) implements Place {}

  /// The page that says what is served.
  record Front() implements Place {}

  /// Not for this client, or for nobody.
  ///
  /// @param content what does not answer; null for the whole server
  /// @param code 403; 400 if it cannot be told who asks
  /// @param reason for the statistics
  /// @param why one sentence for the client, that says what its operator can do
  /// @param close whether the connection ends with it
  record Closed(
      @Nullable Content content, int code, Refusals.Reason reason, String why, boolean close)
      implements Place {}

  /// Nothing there, or nothing that may be asked.
  ///
  /// @param code 400, 404 or 421
  /// @param why one sentence for the client
  record Nowhere(int code, String why) implements Place {}
}
