package dev.larder.mirror;

import dev.larder.clock.Ages;
import dev.larder.format.PathKind;
import dev.larder.mirror.Refresh.Finding;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.Member;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The set of indexes that moves together, and its freshness. Freshness belongs to the set: either
/// all of it is the generation that upstream shows, or none of it is.
///
/// `refreshing` guards everything that changes; requests read the volatile fields only.
final class Root {
  private static final Logger LOG = LoggerFactory.getLogger(Root.class);

  /// How long a request waits for a refresh when there is something to answer with. pacman gives up
  /// on a server after ten seconds.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /// How long it waits when there is nothing.
  private static final Duration COLD_PATIENCE = Duration.ofSeconds(30);

  /// After a failed refresh upstream is left alone for this long, or `refresh` if that is shorter.
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(15);

  /// How often we go after an upstream that publishes faster than its packages can be brought.
  private static final int PREPARATIONS = 5;

  private static final Duration ABSENT_FOR = Duration.ofSeconds(30);

  private final RelPath directory;
  private final String name; // of the mirror and the directory, for the log
  private final Workings workings;
  private final Generations generations;
  private final Refresh refresh;
  private final Switchover switchover;
  private final ExecutorService threads;
  private final Ages ages = new Ages();
  private final ReentrantLock refreshing = new ReentrantLock();
  private final Map<RelPath, Instant> absent = new ConcurrentHashMap<>();
  private volatile List<Generation> known = List.of(); // newest first; the first is current
  private volatile @Nullable Instant checkedAt;
  private volatile Instant dueAt = Instant.EPOCH;
  private volatile @Nullable String token;
  private volatile @Nullable String lastError;
  private volatile @Nullable Refusal refusal;
  private long lastStarted; // System.nanoTime of the last refresh; guarded by refreshing
  private RefreshOutcome lastOutcome = new RefreshOutcome.Nothing(); // guarded by refreshing

  /// @param directory the one whose indexes move together
  Root(
      RelPath directory,
      Workings workings,
      Generations generations,
      Refresh refresh,
      Switchover switchover,
      ExecutorService threads) {
    this.directory = directory;
    this.name = workings.settings().name() + (directory.isRoot() ? "" : "/" + directory);
    this.workings = workings;
    this.generations = generations;
    this.refresh = refresh;
    this.switchover = switchover;
    this.threads = threads;
  }

  /// Why the newest set upstream offers is not served.
  private record Refusal(String why, boolean older, Instant since) {}

  /// Reads what is on disk. Run once, before anything else.
  void open() throws IOException {
    generations.recover();
    List<Generation> all = generations.load();
    long number = generations.currentNumber();
    // A generation after the pointer was being switched to when we stopped: upstream tells it
    // again.
    List<Generation> kept = new ArrayList<>();
    for (Generation generation : all) {
      switchover.recover(generation);
      if (generation.number() <= number) {
        kept.add(generation);
      } else {
        generations.remove(generation);
      }
    }
    known = List.copyOf(kept);
    if (!kept.isEmpty()) {
      token = kept.getFirst().origin().token();
    }
    Instant since = generations.refusedSince();
    if (since != null) {
      refusal = new Refusal("upstream offered an older set before the restart", true, since);
    }
  }

  @Nullable Generation current() {
    List<Generation> all = known;
    return all.isEmpty() ? null : all.getFirst();
  }

  /// The current and the held generations, newest first.
  List<Generation> known() {
    return known;
  }

  @Nullable Generation generation(long number) {
    return known.stream().filter(one -> one.number() == number).findFirst().orElse(null);
  }

  /// Whether `generation` is current and was confirmed recently enough to be served unasked.
  boolean isFresh(Generation generation) {
    return current() == generation && workings.clock().instant().isBefore(dueAt);
  }

  /// When upstream last confirmed the current generation, epoch seconds; -1 if never since start.
  long confirmedAt() {
    Instant at = checkedAt;
    if (at != null) {
      return at.getEpochSecond();
    }
    Generation current = current();
    return current == null ? -1 : current.origin().fetchedAt().getEpochSecond();
  }

  /// Whether the current generation has `path`.
  boolean has(RelPath path) {
    Generation generation = current();
    return generation != null && generation.member(path) != null;
  }

  /// The generation to answer a request for `path` (an index or token) from: current, and as fresh
  /// as the settings say if upstream can be reached in time.
  ///
  /// @return null if there is no generation that has it
  @Nullable Generation forIndex(RelPath path) throws InterruptedException {
    Generation generation = current();
    boolean there = has(path);
    boolean settled = (generation != null && there) ? isFresh(generation) : isAbsent(path);
    if (settled) {
      return there ? generation : null;
    }
    refreshWithin(path, there ? PATIENCE : COLD_PATIENCE);
    return has(path) ? current() : null;
  }

  /// Brings the index `path` if it can be had soon; whether it is there.
  boolean forIndexSoon(RelPath path) throws InterruptedException {
    Generation generation = current();
    if (generation == null || !has(path) || !isFresh(generation)) {
      refreshWithin(path, PATIENCE);
    }
    return has(path);
  }

  /// Begins a refresh that has to bring `path`, and waits for it at most `limit`.
  private void refreshWithin(RelPath path, Duration limit) throws InterruptedException {
    long asked = System.nanoTime();
    CompletableFuture<RefreshOutcome> refreshed =
        CompletableFuture.supplyAsync(() -> refresh(asked, Set.of(path)), threads);
    try {
      refreshed.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.debug("{}: a refresh takes long, answering from what we hold", path);
    } catch (ExecutionException e) {
      LOG.error("refresh for {}", path, e);
    }
  }

  /// Refreshes in the background though it is not time yet: there is a sign that upstream has
  /// changed.
  void refreshSoon() {
    long asked = System.nanoTime();
    threads.execute(() -> refreshUnlessBegun(asked));
  }

  /// Upstream is asked before anything is called fresh again.
  void doubt() {
    dueAt = Instant.EPOCH;
  }

  /// Whether upstream said a short while ago that it has no `path`.
  boolean isAbsent(RelPath path) {
    Instant until = absent.get(path);
    return until != null && workings.clock().instant().isBefore(until);
  }

  /// Why the last refresh failed, or null.
  @Nullable String lastError() {
    return lastError;
  }

  /// Refreshes in the background if the set is in use and it is time.
  void poll() {
    Duration interval = workings.settings().refresh();
    Instant now = workings.clock().instant();
    if (current() != null
        && interval.isPositive()
        && !now.isBefore(dueAt)
        && !refreshing.isLocked()
        && !used().isEmpty()) {
      threads.execute(() -> refresh(System.nanoTime(), Set.of()));
    }
  }

  /// Its indexes that are in use.
  private Set<RelPath> used() {
    return workings.inUse(directory);
  }

  /// Whether nothing is lost when it is forgotten: upstream has shown no set, and nobody waits for
  /// one.
  boolean isBarren() {
    return current() == null && !refreshing.isLocked() && !refreshing.hasQueuedThreads();
  }

  /// Whether the newest set upstream offers is not served.
  boolean isRefused() {
    return refusal != null;
  }

  RelPath directory() {
    return directory;
  }

  /// Refreshes now.
  ///
  /// @param accept an older set or one refused before is taken
  RefreshOutcome refreshNow(boolean accept) {
    refreshing.lock();
    try {
      return refreshOnce(accept, Set.of());
    } finally {
      refreshing.unlock();
    }
  }

  /// Refreshes unless that has been done for the same since `asked`, or while we waited for it.
  private RefreshOutcome refresh(long asked, Set<RelPath> extra) {
    refreshing.lock();
    try {
      boolean recent = lastStarted - asked >= 0 || workings.clock().instant().isBefore(dueAt);
      if (!recent || !extra.stream().allMatch(path -> has(path) || isAbsent(path))) {
        lastOutcome = refreshOnce(false, extra);
      }
      return lastOutcome;
    } finally {
      refreshing.unlock();
    }
  }

  /// Refreshes unless a refresh was begun since `asked`.
  private void refreshUnlessBegun(long asked) {
    refreshing.lock();
    try {
      if (lastStarted - asked < 0) {
        lastOutcome = refreshOnce(false, Set.of());
      }
    } finally {
      refreshing.unlock();
    }
  }

  private RefreshOutcome refreshOnce(boolean accept, Set<RelPath> extra) {
    lastStarted = System.nanoTime();
    Set<RelPath> wanted = wanted(extra);
    if (wanted.isEmpty()) {
      return new RefreshOutcome.Nothing();
    }
    boolean acceptOlder = accept || rollbackIsDue();
    try {
      Refresh.Wish wish = new Refresh.Wish(current(), token, wanted, acceptOlder, accept);
      return act(findPrepared(wish));
    } catch (IOException e) {
      LOG.error("{}: refresh: {}", name, e.getMessage());
      return failed(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed("interrupted");
    } finally {
      if (current() == null) {
        generations.removeIfEmpty();
      }
    }
  }

  /// What upstream shows, with the packages of the working set brought if it is another set. When
  /// upstream publishes again while we do that, it deletes some of them, and a generation without
  /// them would send clients to what nobody has: then what upstream shows now is taken instead.
  private Finding findPrepared(Refresh.Wish wish) throws IOException, InterruptedException {
    Finding finding = refresh.find(wish);
    for (int attempt = 1; attempt < PREPARATIONS; attempt++) {
      if (!(finding instanceof Finding.Other other) || prepared(other)) {
        return finding;
      }
      Finding again = refresh.find(wish);
      if (!(again instanceof Finding.Other next) || next.isSame(other)) {
        // Nothing newer: what is missing is fetched if somebody asks for it.
        Finding.discard(again);
        return finding;
      }
      Finding.discard(finding);
      finding = again;
    }
    return finding;
  }

  private boolean prepared(Finding.Other found) throws IOException, InterruptedException {
    try {
      return switchover.prepare(found, current());
    } catch (InterruptedException | RuntimeException e) {
      Finding.discard(found);
      throw e;
    }
  }

  /// What a refresh has to bring: what is in use and what `extra` asks for, and with any of it the
  /// core of the set, that first.
  private Set<RelPath> wanted(Set<RelPath> extra) {
    Set<RelPath> asked = new LinkedHashSet<>(used());
    asked.removeIf(this::isAbsent);
    for (RelPath of : extra) {
      switch (workings.format().kind(of)) {
        case PathKind.Index _ -> asked.add(of);
        case PathKind.IndexSignature signature -> asked.add(signature.of());
        case PathKind.Token _,
            PathKind.PackageFile _,
            PathKind.Companion _,
            PathKind.HashNamed _,
            PathKind.Immutable _,
            PathKind.Other _ -> {}
      }
    }
    if (asked.isEmpty()) {
      return asked;
    }
    Set<RelPath> wanted = new LinkedHashSet<>(workings.format().core(directory));
    wanted.removeIf(this::isAbsent);
    wanted.addAll(asked);
    return wanted;
  }

  private boolean rollbackIsDue() {
    Refusal refused = refusal;
    return refused != null
        && refused.older()
        && ages.hasReached(
            refused.since(), workings.settings().acceptRollbackAfter(), workings.clock().instant());
  }

  private RefreshOutcome act(Finding finding) throws IOException, InterruptedException {
    Generation current = current();
    return switch (finding) {
      case Finding.Same same -> {
        Draft added = same.added();
        if (added != null && current != null) {
          switchover.add(current, added);
        }
        confirmed(same.token(), same.absent());
        retain();
        yield new RefreshOutcome.Unchanged(current == null ? 0 : current.number());
      }
      case Finding.Other other -> {
        long number = current == null ? 1 : current.number() + 1;
        Generation next = switchover.act(other, number, current);
        adopt(next);
        confirmed(next.origin().token(), other.absent());
        LOG.info(
            "{}: generation {} from {}: {} files, {} packages",
            name,
            number,
            next.origin().upstream(),
            next.members().size(),
            next.promises());
        yield new RefreshOutcome.Switched(number);
      }
      case Finding.Refused refused -> {
        Refusal before = refusal;
        Instant now = workings.clock().instant();
        Instant since =
            before != null && before.older() == refused.older()
                ? ages.since(before.since(), now)
                : now;
        refusal = new Refusal(refused.why(), refused.older(), since);
        generations.noteRefusedSince(refused.older() ? since : null);
        lastError = null; // it has answered
        postpone();
        yield new RefreshOutcome.Refused(refused.why());
      }
      case Finding.Gone gone -> {
        confirmed(token, gone.absent());
        if (current != null) {
          lastError = gone.why();
        }
        yield new RefreshOutcome.Unchanged(current == null ? 0 : current.number());
      }
      case Finding.Unreachable unreachable -> {
        failed(unreachable.why());
        yield new RefreshOutcome.Unreachable(unreachable.why());
      }
    };
  }

  private RefreshOutcome failed(String why) {
    lastError = why;
    postpone();
    return new RefreshOutcome.Unreachable(why);
  }

  private void postpone() {
    Duration interval = workings.settings().refresh();
    Duration wait = interval.compareTo(AFTER_FAILURE) < 0 ? interval : AFTER_FAILURE;
    dueAt = workings.clock().instant().plus(wait);
  }

  private void confirmed(@Nullable String newToken, Set<RelPath> gone) throws IOException {
    Instant now = workings.clock().instant();
    token = newToken;
    lastError = null;
    if (refusal != null) {
      refusal = null;
      generations.noteRefusedSince(null);
    }
    checkedAt = now;
    dueAt = now.plus(workings.settings().refresh());
    absent.values().removeIf(until -> !until.isAfter(now));
    // An optional index that is not there is looked for with the set, not more often.
    Duration interval = workings.settings().refresh();
    Duration patience = interval.compareTo(ABSENT_FOR) > 0 ? interval : ABSENT_FOR;
    gone.forEach(index -> absent.put(index, now.plus(patience)));
  }

  /// Makes `next` current.
  private void adopt(Generation next) {
    List<Generation> all = new ArrayList<>(known);
    all.addFirst(next);
    known = List.copyOf(all);
    retain();
  }

  /// Forgets what is held for too long.
  private void retain() {
    switchover.retain(known, ages, staying -> known = staying);
  }

  MirrorReport.RootReport report() {
    List<Generation> all = known;
    Generation current = all.isEmpty() ? null : all.getFirst();
    Refusal refused = refusal;
    return new MirrorReport.RootReport(
        directory.isRoot() ? "root" : directory.value(),
        current == null ? 0 : current.number(),
        current == null ? null : current.origin().fetchedAt(),
        checkedAt,
        current == null ? null : current.origin().upstream(),
        current == null
            ? List.of()
            : current.members().stream()
                .map(Member::path)
                .filter(path -> workings.format().kind(path) instanceof PathKind.Index)
                .map(RelPath::value)
                .toList(),
        current == null ? 0 : current.promises(),
        all.stream().skip(1).map(Generation::number).toList(),
        refused == null ? null : refused.why(),
        refused == null ? null : refused.since(),
        lastError);
  }
}
