package dev.larder.repo;

import dev.larder.events.EventLog;
import dev.larder.format.RepositoryFormat;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes changes of a repository, several at a time: whoever comes while a generation is written
/// waits, and the next one takes all who waited. Each change is decided by itself, in the order of
/// arrival; one that is refused leaves the others alone.
///
/// Whatever a generation names is durable at its path before the generation is; the generation is
/// durable before the pointer names it; only then is anybody told. A crash leaves the old or the
/// new, and files that no generation names, which [Repository#recover] removes.
final class Committing {
  /// How many differences an event tells of.
  private static final int MOST_TOLD = 100;

  private final Repository.Parts parts;
  private final RepositoryFormat format;
  private final History history;
  private final Shelves shelves;
  private final Incoming incoming;
  private final PackageTable table;
  private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final PackageSignatures signatures;
  private final EventLog events;
  private boolean closed;

  Committing(Repository.Parts parts, History history) {
    this.parts = parts;
    this.format = parts.format();
    this.history = history;
    this.table = parts.table();
    this.events = parts.events();
    this.shelves = parts.shelves();
    this.incoming = parts.incoming();
    this.signatures = new PackageSignatures(parts.settings().name(), shelves, incoming);
  }

  private static final class Pending {
    private final Change change;
    private Repository.@Nullable Done outcome;
    private @Nullable Throwable failure;

    Pending(Change change) {
      this.change = change;
    }

    boolean isDone() {
      return outcome != null || failure != null;
    }
  }

  /// Makes a change; blocks until it is durable.
  ///
  /// @throws Refused if it cannot be made
  /// @throws IOException if the disk fails; nothing was changed then
  Repository.Done make(Change change) throws IOException {
    Pending pending = new Pending(change);
    waiting.add(pending);
    lock.lock();
    try {
      if (!pending.isDone()) {
        List<Pending> all = new ArrayList<>();
        for (Pending next = waiting.poll(); next != null; next = waiting.poll()) {
          all.add(next);
        }
        makeAll(all);
      }
    } finally {
      lock.unlock();
    }
    return switch (pending.failure) {
      case null -> Objects.requireNonNull(pending.outcome, "an outcome");
      case IOException failed -> throw failed;
      case Throwable failed -> throw new IllegalStateException(failed);
    };
  }

  /// Takes other settings between two changes.
  void exchange(Runnable settings) {
    lock.lock();
    try {
      settings.run();
    } finally {
      lock.unlock();
    }
  }

  /// Makes no further change; waits for the one under way.
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /// What all changes of one generation come to.
  private static final class Sum {
    private final Map<Pending, List<Difference>> accepted = new LinkedHashMap<>();
    private final List<Planning.Move> moves = new ArrayList<>();
    private final Map<Checksum, byte[]> records = new HashMap<>();
    private final Map<RelPath, byte[]> signatures = new HashMap<>();
    private Packages packages;
    private boolean anew;

    Sum(Packages packages) {
      this.packages = packages;
    }
  }

  /// Whatever happens, all of them are decided afterwards.
  private void makeAll(List<Pending> all) {
    List<Pending> group = new ArrayList<>();
    try {
      for (Pending pending : all) {
        // It looks at packages where they lie, and those of the others are not there yet.
        boolean alone = pending.change instanceof Change.Rewrite;
        if (alone) {
          makeTogether(group);
          group.clear();
        }
        group.add(pending);
        if (alone) {
          makeTogether(group);
          group.clear();
        }
      }
      makeTogether(group);
    } catch (RuntimeException | Error e) {
      all.stream().filter(pending -> !pending.isDone()).forEach(pending -> pending.failure = e);
      throw e;
    }
  }

  private void makeTogether(List<Pending> group) {
    Held before = history.current();
    Sum sum = new Sum(before.packages());
    for (Pending pending : group) {
      try {
        if (closed) {
          throw new Refused(
              Refused.Reason.MISSING,
              List.of("repository %s is being removed".formatted(parts.settings().name())));
        }
        Packages packages = sum.packages;
        apply(pending.change, sum);
        sum.accepted.put(pending, packages.differences(sum.packages));
      } catch (IOException | RuntimeException e) {
        pending.failure = e;
      }
    }
    try {
      commit(sum);
      long number = history.current().generation().number();
      tell(before, number);
      sum.accepted.forEach(
          (pending, differences) -> pending.outcome = new Repository.Done(number, differences));
    } catch (IOException | RuntimeException e) {
      sum.accepted.keySet().forEach(pending -> pending.failure = e);
    } finally {
      // Also what one change of the group added and another one took away again.
      shelves.remove(sum.moves, path -> history.expected(path) == null);
    }
  }

  private void tell(Held before, long number) {
    if (number == before.generation().number()) {
      return;
    }
    List<Difference> differences = before.packages().differences(history.current().packages());
    List<Map<String, Object>> told = new ArrayList<>();
    for (Difference each : differences.subList(0, Math.min(MOST_TOLD, differences.size()))) {
      told.add(
          Map.of(
              "directory", each.directory(),
              "name", each.packageName(),
              "before", each.before(),
              "after", each.after()));
    }
    events.publish(
        "repository.changed",
        parts.settings().name(),
        Map.of("generation", number, "changes", differences.size(), "differences", told));
  }

  private void commit(Sum sum) throws IOException {
    if (!sum.anew && sum.packages.equals(history.current().packages())) {
      // Within one second a key signs the same bytes in the same way: what was lost comes back.
      shelves.placeSignatures(sum.signatures);
      return;
    }
    String id = "commit-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    // Its being there tells the next start that something was under way.
    incoming.batch(id);
    try {
      shelves.place(sum.moves);
      shelves.placeSignatures(sum.signatures);
      table.put(sum.records);
      history.advance(sum.packages, sum.records, sum.anew);
    } finally {
      incoming.discard(id);
    }
  }

  private void apply(Change change, Sum sum) throws IOException {
    Planning planning =
        new Planning(format, parts.settings().directories(), path -> meaning(path, sum));
    switch (change) {
      case Change.Add add -> take(sum, add(planning, sum.packages, add));
      case Change.Remove remove -> take(sum, planning.remove(sum.packages, remove));
      case Change.Restore(long generation) -> restore(sum, generation);
      case Change.Rewrite(Change.Sign which) -> {
        Packages wanted = sum.packages.only(parts.settings().directories());
        sum.packages = signatures.of(wanted, which, sum.signatures);
        boolean idle = which == Change.Sign.UNSIGNED || which == Change.Sign.BROKEN;
        sum.anew = !idle || !history.isUpToDate();
      }
    }
  }

  private void restore(Sum sum, long generation) throws IOException {
    Held held = history.find(generation);
    if (held == null) {
      throw new Refused(
          Refused.Reason.MISSING,
          List.of(
              "generation %d is not held; larder generation list %s shows which are"
                  .formatted(generation, parts.settings().name())));
    }
    Packages wanted = held.packages().only(parts.settings().directories());
    List<String> missing = shelves.missing(wanted);
    if (!missing.isEmpty()) {
      throw new Refused(
          Refused.Reason.MISSING,
          missing.stream().map(path -> "%s is missing from the tree".formatted(path)).toList());
    }
    // What only former generations name was not signed anew when the key was exchanged.
    sum.packages = signatures.likeThoseOf(sum.packages, wanted, sum.signatures);
  }

  private static void take(Sum sum, Planning.Plan plan) {
    sum.packages = plan.after();
    sum.moves.addAll(plan.moves());
    for (Planning.Move move : plan.moves()) {
      var read = move.staged().packageRecord();
      sum.records.put(read.sha256(), read.bytes());
    }
  }

  /// What a path means or meant, as far as clients may have kept it: in the generations that are
  /// held, and in what is about to be added.
  private @Nullable Checksum meaning(RelPath path, Sum sum) {
    for (Planning.Move move : sum.moves) {
      if (move.paths().contains(path)) {
        return move.staged().packageRecord().sha256();
      }
    }
    return history.meaning(path);
  }

  private Planning.Plan add(Planning planning, Packages before, Change.Add change)
      throws IOException {
    List<Staged> packages = new ArrayList<>();
    for (Staged each : change.packages()) {
      packages.add(incoming.signedByPresentKey(each));
    }
    while (true) {
      try {
        return planning.add(
            before, new Change.Add(packages, change.downgrade(), change.onConflict()));
      } catch (Planning.NeedsBump needed) {
        packages.set(packages.indexOf(needed.staged()), bumped(needed));
      }
    }
  }

  private Staged bumped(Planning.NeedsBump needed) throws IOException {
    Staged staged = needed.staged();
    List<String> taken = new ArrayList<>(needed.taken());
    taken.addAll(history.versions(staged.packageRecord().info().name()));
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path copy = staged.file().resolveSibling("bumped-" + random);
    format.bump(staged.file(), taken, copy);
    Durable.sync(copy);
    return incoming.stage(copy, staged.original());
  }
}
