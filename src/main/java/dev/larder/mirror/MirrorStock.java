package dev.larder.mirror;

import dev.larder.cache.Rank;
import dev.larder.cache.Stock;
import dev.larder.format.PathKind;
import dev.larder.repo.Generation;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The files of a mirror as the cache sees them: which of them an index names, and which of these
/// clients use.
final class MirrorStock implements Stock {
  /// What lies aside for longer than this is not about to be switched to.
  private static final Duration ABOUT_TO_SWITCH = Duration.ofHours(1);

  private final Workings workings;
  private final Layout layout;
  private final Roots roots;
  private final Answers answers;

  MirrorStock(Workings workings, Layout layout, Roots roots, Answers answers) {
    this.workings = workings;
    this.layout = layout;
    this.roots = roots;
    this.answers = answers;
  }

  @Override
  public @Nullable Rank rank(String name, Instant usedAt) {
    if (Layout.isAside(name)) {
      // Fetched ahead of a switch, or left for those who have the index from before one.
      boolean young = usedAt.plus(ABOUT_TO_SWITCH).isAfter(workings.clock().instant());
      return young ? null : Rank.SUPERSEDED;
    }
    RelPath path = RelPath.orNull(name);
    if (path == null) {
      return Rank.UNREFERENCED; // no client can ask for it
    }
    if (stays(path)) {
      return null;
    }
    return switch (workings.format().kind(path)) {
      case PathKind.PackageFile _ -> rank(path, path, usedAt);
      // A signature is as dear as what it signs.
      case PathKind.Companion(RelPath of) -> rank(path, of, usedAt);
      case PathKind.HashNamed _,
          PathKind.Immutable _,
          PathKind.Other _,
          PathKind.Token _,
          PathKind.Index _,
          PathKind.IndexSignature _ ->
          byUse(usedAt);
    };
  }

  private Rank rank(RelPath path, RelPath owner, Instant usedAt) {
    List<Generation> known = roots.known(path);
    if (known.isEmpty()) {
      return byUse(usedAt);
    }
    if (known.getFirst().find(owner) != null) {
      return isUsed(owner) ? Rank.USED : Rank.UNUSED;
    }
    for (Generation older : known) {
      if (older.find(owner) != null) {
        return Rank.SUPERSEDED;
      }
    }
    return known.getFirst().covers(owner.parent()) ? Rank.UNREFERENCED : byUse(usedAt);
  }

  private boolean isUsed(RelPath owner) {
    String name = workings.format().packageName(owner);
    return name != null && workings.uses().usesPackage(owner.parent(), name);
  }

  private Rank byUse(Instant usedAt) {
    Instant since = workings.clock().instant().minus(workings.settings().activeFor());
    return usedAt.isBefore(since) ? Rank.UNUSED : Rank.USED;
  }

  @Override
  public long remove(String name) throws IOException {
    RelPath path = Layout.isAside(name) ? null : RelPath.orNull(name);
    return path != null && stays(path) ? 0 : workings.held().remove(name);
  }

  private boolean stays(RelPath path) {
    return workings.kept().covers(path)
        || roots.isIndex(path)
        || workings.ahead().has(path, workings.clock().instant());
  }

  @Override
  public Verdict verify(String name, Pace pace) throws IOException, InterruptedException {
    RelPath path = RelPath.orNull(name);
    if (!Layout.isAside(name) && path != null && roots.isIndex(path)) {
      return Verdict.UNKNOWN; // a copy that nothing is served from
    }
    Verdict verdict = workings.held().verify(name, pace);
    if (verdict == Verdict.DAMAGED) {
      tell(name);
      if (path != null && !Layout.isAside(name)) {
        answers.ahead(path, null);
      }
    }
    return verdict;
  }

  private void tell(String name) {
    workings
        .events()
        .publish("cache.damaged", null, Map.of("mirror", workings.settings().name(), "path", name));
  }

  @Override
  public void tidy(Instant now) throws IOException {
    new Quarantine(layout.quarantine(workings.settings().name())).tidy(now);
    workings.uses().tidy();
  }
}
