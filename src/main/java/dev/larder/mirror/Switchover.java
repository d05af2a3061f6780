package dev.larder.mirror;

import dev.larder.clock.Ages;
import dev.larder.format.PathKind;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.LastModifiedRule;
import dev.larder.repo.Manifest;
import dev.larder.repo.Member;
import dev.larder.store.Checksum;
import dev.larder.store.DataDirectory;
import dev.larder.store.Durable;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a fetched set the current generation. The order is what keeps clients right: first the new
/// bytes of the packages they use are brought, then names that now mean other bytes change hands,
/// then the pointer moves. Whoever holds the old index still finds what it names.
final class Switchover {
  private static final Logger LOG = LoggerFactory.getLogger(Switchover.class);

  /// How long a new index waits for the packages that clients use. Longer than that, and being
  /// behind upstream is worse than a slow first download.
  static final Duration PREFETCH_LIMIT = Duration.ofSeconds(30);

  private static final int PREFETCH_AT_ONCE = 6;

  private final RelPath root;
  private final Workings workings;
  private final DataDirectory data;
  private final Generations generations;
  private final Fills fills;

  /// @param root whose sets are switched
  Switchover(
      RelPath root, Workings workings, DataDirectory data, Generations generations, Fills fills) {
    this.root = root;
    this.workings = workings;
    this.data = data;
    this.generations = generations;
    this.fills = fills;
  }

  /// Brings the packages of the working set whose bytes `found` changes.
  ///
  /// @return whether all of them are here; if not, upstream may have deleted them meanwhile
  boolean prepare(Refresh.Finding.Other found, @Nullable Generation current)
      throws InterruptedException {
    return prefetch(found.draft(), current);
  }

  /// Commits `found`, which is prepared.
  ///
  /// @param number of the new generation
  /// @param current generation, or null
  /// @throws IOException if the disk fails; nothing has changed then for any client
  Generation act(Refresh.Finding.Other found, long number, @Nullable Generation current)
      throws IOException, InterruptedException {
    Draft draft = found.draft();
    try {
      date(draft, current);
      Generation next = generations.commit(draft, number, found.origin());
      exchange(next, current);
      for (Member member : next.members()) {
        place(next, member);
      }
      generations.select(next);
      tell(next);
      return next;
    } catch (IOException | InterruptedException | RuntimeException e) {
      draft.discard();
      throw e;
    } finally {
      workings.ahead().end(root);
    }
  }

  private void tell(Generation generation) {
    workings
        .events()
        .publish(
            "mirror.switched",
            null,
            Map.of(
                "mirror", workings.settings().name(),
                "root", root.value(),
                "generation", generation.number()));
  }

  /// Adds indexes that `generation` lacked.
  void add(Generation generation, Draft added) throws IOException, InterruptedException {
    try {
      date(added, generation);
      for (Member member : added.members()) {
        if (generation.member(member.path()) == null) {
          generation.add(member, added.manifest(member), added.file(member.path()));
          place(generation, member);
        }
      }
    } finally {
      added.discard();
    }
  }

  /// Removes what a crash in the middle of placing an index of `generation` left in the tree.
  ///
  /// @throws IOException if the disk fails
  void recover(Generation generation) throws IOException {
    Set<RelPath> directories = new HashSet<>();
    for (Member member : generation.members()) {
      directories.add(member.path().parent());
    }
    for (RelPath directory : directories) {
      Durable.recover(data.layout().file(workings.settings().name(), directory));
    }
  }

  /// Puts a copy of an index into the tree, for people who serve it by other means. Not a link:
  /// what lies in the tree may be edited and damaged, and what we serve must not change with it.
  private void place(Generation generation, Member member) throws IOException {
    workings.held().makeDirectories(member.path());
    Durable.copy(
        generation.file(member),
        data.layout().file(workings.settings().name(), member.path()),
        member.lastModified());
  }

  /// Gives every member the time it is served with, and waits until that time has come.
  private void date(Draft draft, @Nullable Generation current) throws InterruptedException {
    Instant latest = Instant.EPOCH;
    Instant leading = leading(draft, current);
    RelPath leader = workings.format().leader(root);
    for (Member member : draft.members()) {
      OptionalInt after =
          member.path().equals(leader)
              ? OptionalInt.of(0)
              : workings.format().secondsAfterLeader(member.path());
      Instant time =
          leading != null && after.isPresent()
              ? leading.plusSeconds(after.getAsInt())
              : time(member, current);
      draft.redate(member, time);
      latest = time.isAfter(latest) ? time : latest;
    }
    Duration early = Duration.between(workings.clock().instant(), latest);
    if (early.isPositive()) {
      // More than a second or two means that the clock was set back; waiting does not help then.
      Thread.sleep(early.compareTo(Duration.ofSeconds(2)) > 0 ? Duration.ofSeconds(2) : early);
    }
  }

  private Instant time(Member member, @Nullable Generation current) {
    Member before = current == null ? null : current.member(member.path());
    return before != null && before.sha256().equals(member.sha256())
        ? before.lastModified()
        : next(member, before == null ? null : before.lastModified());
  }

  private Instant next(Member member, @Nullable Instant last) {
    Instant upstream = member.lastModified().equals(Instant.EPOCH) ? null : member.lastModified();
    return LastModifiedRule.next(upstream, last, workings.clock().instant());
  }

  /// The time of the leader, after which others are dated: a new one as soon as any of them has
  /// other bytes. Null if the set has no leader.
  private @Nullable Instant leading(Draft draft, @Nullable Generation current) {
    RelPath path = workings.format().leader(root);
    Member before = path == null || current == null ? null : current.member(path);
    Member leader = path == null ? null : draft.member(path);
    if (leader == null) {
      return before == null ? null : before.lastModified();
    }
    boolean same = before != null && before.sha256().equals(leader.sha256());
    for (Member member : draft.members()) {
      Member known = current == null ? null : current.member(member.path());
      boolean follows = workings.format().secondsAfterLeader(member.path()).isPresent();
      same &= !follows || known == null || known.sha256().equals(member.sha256());
    }
    return same && before != null ? before.lastModified() : nextLeading(leader, current);
  }

  /// A time for the leader that is later than that of every index dated after its predecessor: a
  /// client may ask for any of them with the time of another.
  private Instant nextLeading(Member leader, @Nullable Generation current) {
    Instant last = null;
    for (Member member : current == null ? List.<Member>of() : current.members()) {
      boolean follows = workings.format().secondsAfterLeader(member.path()).isPresent();
      boolean counts = follows || member.path().equals(leader.path());
      if (counts && (last == null || member.lastModified().isAfter(last))) {
        last = member.lastModified();
      }
    }
    return next(leader, last);
  }

  private boolean prefetch(Draft draft, @Nullable Generation current) throws InterruptedException {
    if (current == null) {
      return true;
    }
    List<FillOrder> orders = new ArrayList<>();
    for (Member member : draft.members()) {
      changes(
          current,
          draft.manifest(member),
          (path, expected) -> {
            if (isUsed(path)) {
              Promise promise = Promise.of(expected);
              boolean aside = current.find(path) != null && promise.provable();
              orders.add(FillOrder.of(path, promise, aside, Map.of(), workings.format()));
            }
          });
    }
    workings
        .ahead()
        .begin(
            root,
            orders.stream().map(FillOrder::path).collect(Collectors.toSet()),
            workings.clock().instant());
    return bring(orders);
  }

  private boolean isUsed(RelPath path) {
    if (workings.format().kind(path) instanceof PathKind.Companion companion) {
      String owner = workings.format().packageName(companion.of());
      return owner != null && workings.uses().usesCompanion(path.parent(), owner);
    }
    String name = workings.format().packageName(path);
    return name != null && workings.uses().usesPackage(path.parent(), name);
  }

  private boolean bring(List<FillOrder> orders) throws InterruptedException {
    Instant deadline = workings.clock().instant().plus(PREFETCH_LIMIT);
    Semaphore slots = new Semaphore(PREFETCH_AT_ONCE);
    ConcurrentLinkedQueue<FillOrder> missed = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (FillOrder order : orders) {
      slots.acquire();
      threads.add(
          Thread.ofVirtual()
              .name("prefetch " + order.path())
              .start(() -> {
                try {
                  // What has begun goes on; a fill that begins now would only be in clients' way.
                  Duration left = left(deadline);
                  if (!isHeld(order) && (left.isZero() || !fills.bring(order, left))) {
                    missed.add(order);
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } finally {
                  slots.release();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!missed.isEmpty()) {
      LOG.info(
          "{}: {} of {} packages that clients use could not be brought before the switch",
          workings.settings().name(),
          missed.size(),
          orders.size());
    }
    return missed.isEmpty();
  }

  private Duration left(Instant deadline) {
    Duration left = Duration.between(workings.clock().instant(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private boolean isHeld(FillOrder order) {
    try {
      HeldFiles.Held held = workings.held().find(order.path(), order.promise());
      if (held == null) {
        return false;
      }
      held.file().close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Names that mean other bytes from now on.
  private void exchange(Generation next, @Nullable Generation current) throws IOException {
    if (current == null) {
      return;
    }
    try {
      for (Member member : next.members()) {
        changes(
            current,
            next.manifest(member),
            (path, expected) -> {
              Expected before = current.find(path);
              if (before != null) {
                try {
                  workings.held().exchange(path, Promise.of(before), Promise.of(expected));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            });
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void changes(
      Generation current, Manifest manifest, BiConsumer<RelPath, Expected> action) {
    manifest.forEach((path, expected) -> {
      if (!expected.equals(current.find(path))) {
        action.accept(path, expected);
      }
    });
  }

  /// Those of `all` (newest first) that are not held for too long.
  private List<Generation> staying(List<Generation> all, Ages ages) {
    if (all.isEmpty()) {
      return all;
    }
    Generation current = all.getFirst();
    Holding holding =
        new Holding(workings.settings().heldGenerations(), workings.settings().heldFor());
    List<Generation> staying = new ArrayList<>(List.of(current));
    staying.addAll(
        holding.of(
            all.subList(1, all.size()),
            current.origin().fetchedAt(),
            ages,
            workings.clock().instant()));
    return List.copyOf(staying);
  }

  /// Removes those of `all` (newest first) that are held for too long; none while a backup reads.
  ///
  /// @param ages how old they are
  /// @param known told those that stay, before the others go
  void retain(List<Generation> all, Ages ages, Consumer<List<Generation>> known) {
    List<Generation> staying = staying(all, ages);
    if (staying.size() == all.size()) {
      return;
    }
    try (Closeable right = data.toRemove()) {
      if (right != null) {
        known.accept(staying);
        forget(staying, all.stream().filter(one -> !staying.contains(one)).toList());
      }
    } catch (IOException e) {
      LOG.warn("{}: former generations stay: {}", workings.settings().name(), e.toString());
    }
  }

  /// Removes what no generation of `kept` (newest first) needs, and `dropped` themselves.
  private void forget(List<Generation> kept, List<Generation> dropped) throws IOException {
    for (Generation generation : dropped) {
      generations.remove(generation);
    }
    if (!dropped.isEmpty() && !kept.isEmpty()) {
      workings.held().removeAside(root, reused(kept));
    }
  }

  /// Checksums that a kept generation promises under a name that means other bytes now.
  private static Set<Checksum> reused(List<Generation> kept) {
    Generation current = kept.getFirst();
    Set<Checksum> reused = new HashSet<>();
    for (Generation older : kept.subList(1, kept.size())) {
      for (Member member : older.members()) {
        older
            .manifest(member)
            .forEach((path, expected) -> {
              Expected now = current.find(path);
              Checksum checksum = expected.checksum();
              if (now != null && !now.equals(expected) && checksum != null) {
                reused.add(checksum);
              }
            });
      }
    }
    return reused;
  }
}
