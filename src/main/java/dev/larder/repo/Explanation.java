package dev.larder.repo;

import java.util.List;

/// What a path would be answered with now, and why, step by step; for `larder explain`.
///
/// @param path below the mirror or repository
/// @param answer one line: what a client would get
/// @param steps how that follows, in the order it is decided
public record Explanation(String path, String answer, List<Step> steps) {
  /// Takes a defensive copy.
  public Explanation {
    steps = List.copyOf(steps);
  }

  /// One fact of the decision.
  ///
  /// @param fact its name: `kind`, `generation`, `expected`, `held`, `upstream`
  /// @param value in words
  public record Step(String fact, String value) {}
}
