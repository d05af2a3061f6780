package dev.larder.config;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// One thing that is wrong with the configuration.
///
/// @param message one sentence
/// @param hint what to do about it, or null if the message says it all
/// @param quotable false if the line may hold a secret and must not be repeated
record Problem(Spot spot, String message, @Nullable String hint, boolean quotable) {
  Problem(Spot spot, String message, @Nullable String hint) {
    this(spot, message, hint, true);
  }

  /// Down the file first, then what came from outside by name.
  static final Comparator<Problem> ORDER =
      Comparator.comparingInt((Problem problem) -> problem.lineOr(Integer.MAX_VALUE))
          .thenComparingInt(problem -> problem.spot instanceof Spot.Place at ? at.column() : 0)
          .thenComparing(problem -> problem.spot.origin().describe())
          .thenComparing(Problem::message);

  private int lineOr(int other) {
    return switch (spot) {
      case Spot.Place place -> place.line();
      case Spot.Whole _ -> 0;
      case Spot.Outside _ -> other;
    };
  }

  /// In the style of a compiler, the way editors can jump to.
  String render() {
    String sentence = hint == null ? message : message + "; " + hint;
    return switch (spot) {
      case Spot.Place at -> {
        String where = at.source().name() + ":" + at.line() + ":" + at.column() + ": error: ";
        yield quotable ? where + message + "\n" + at.source().excerpt(at, hint) : where + sentence;
      }
      case Spot.Outside outside -> outside.origin().describe() + ": error: " + sentence;
      case Spot.Whole whole -> whole.name() + ": error: " + sentence;
    };
  }
}
