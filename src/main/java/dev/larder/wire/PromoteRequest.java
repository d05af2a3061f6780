package dev.larder.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/repositories/{name}/promote`.
///
/// @param from the repository packages are taken from
/// @param packages their names; absent or empty for all
/// @param downgrade whether older versions may take the place of newer ones; absent means no
public record PromoteRequest(
    String from, @Nullable List<String> packages, @Nullable Boolean downgrade) {
  /// Takes a defensive copy.
  public PromoteRequest {
    packages = packages == null ? null : List.copyOf(packages);
  }
}
