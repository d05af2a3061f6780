package dev.larder.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/explain?url=`: what a client would get there now, and why.
///
/// @param mirror the mirror that answers; null if a repository does
/// @param repository the repository of our own that answers; null if a mirror does
/// @param path below the mirror or repository
/// @param answer one line: what a client would get
/// @param steps how that follows, in the order it is decided
public record ExplainResult(
    @Nullable String mirror,
    @Nullable String repository,
    String path,
    String answer,
    List<Step> steps) {
  /// Takes a defensive copy.
  public ExplainResult {
    steps = List.copyOf(steps);
  }

  /// One fact of the decision.
  ///
  /// @param fact its name: `kind`, `generation`, `expected`, `held`, `upstream`
  /// @param value in words
  public record Step(String fact, String value) {}
}
