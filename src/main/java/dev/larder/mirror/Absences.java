package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.format.PathKind;
import dev.larder.store.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;

/// Which files no upstream had a short while ago. An upgrade of FreeBSD asks for thousands of
/// patches that do not exist, and the next machine for the same ones.
final class Absences {
  private static final int MOST = 200_000;
  private static final Duration USUALLY = Duration.ofSeconds(30);

  /// Patches are made when a release is published; one that is not there then hardly ever comes.
  private static final Duration IMMUTABLE = Duration.ofHours(1);

  private final Cache<RelPath, Instant> until =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(IMMUTABLE).build();
  private final InstantSource clock;

  Absences(InstantSource clock) {
    this.clock = clock;
  }

  /// Every upstream has just said that it has no `path`.
  void note(RelPath path, PathKind kind) {
    Duration time = kind instanceof PathKind.Immutable ? IMMUTABLE : USUALLY;
    until.put(path, clock.instant().plus(time));
  }

  /// Forgets it of all paths that are `wanted`.
  void forget(Predicate<RelPath> wanted) {
    until.asMap().keySet().removeIf(wanted);
  }

  /// Whether that was said so short a time ago that nobody has to be asked.
  boolean holds(RelPath path) {
    Instant end = until.getIfPresent(path);
    return end != null && clock.instant().isBefore(end);
  }
}
