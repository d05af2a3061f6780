package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
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
  private final RepositorySettings settings;
  private final RepositoryFormat format;
  private final History history;
  private final Shelves shelves;
  private final Incoming incoming;
  private final PackageTable table;
  private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
  private final ReentrantLock lock = new ReentrantLock();

  Committing(Repository.Parts parts, History history) {
    this.settings = parts.settings();
    this.format = parts.format();
    this.history = history;
    this.table = parts.table();
    this.shelves = parts.shelves();
    this.incoming = parts.incoming();
  }

  /// What came of a change.
  ///
  /// @param generation the number of the current generation afterwards
  /// @param differences what is different; empty if nothing had to be done
  record Outcome(long generation, List<Difference> differences) {
    Outcome {
      differences = List.copyOf(differences);
    }
  }

  private static final class Pending {
    private final Change change;
    private @Nullable Outcome outcome;
    private @Nullable Exception failure;

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
  Outcome make(Change change) throws IOException {
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
      case Refused refused -> throw refused;
      case IOException failed -> throw new IOException(failed.getMessage(), failed);
      case Exception failed -> throw new IllegalStateException(failed);
    };
  }

  /// What all changes of one generation come to.
  private static final class Sum {
    private final Map<Pending, List<Difference>> accepted = new LinkedHashMap<>();
    private final List<Planning.Move> moves = new ArrayList<>();
    private final Map<Checksum, byte[]> records = new HashMap<>();
    private Packages packages;
    private boolean anew;

    Sum(Packages packages) {
      this.packages = packages;
    }
  }

  private void makeAll(List<Pending> all) {
    Sum sum = new Sum(history.current().packages());
    for (Pending pending : all) {
      try {
        Packages before = sum.packages;
        apply(pending.change, sum);
        sum.accepted.put(pending, before.differences(sum.packages));
      } catch (IOException | RuntimeException e) {
        pending.failure = e;
      }
    }
    try {
      if (sum.anew || !sum.packages.equals(history.current().packages())) {
        shelves.place(sum.moves);
        table.put(sum.records);
        history.advance(sum.packages, sum.records, sum.anew);
      }
      long number = history.current().generation().number();
      sum.accepted.forEach(
          (pending, differences) -> pending.outcome = new Outcome(number, differences));
    } catch (IOException | RuntimeException e) {
      shelves.remove(sum.moves, path -> history.expected(path) == null);
      sum.accepted.keySet().forEach(pending -> pending.failure = e);
    }
  }

  private void apply(Change change, Sum sum) throws IOException {
    Planning planning = new Planning(format, settings.directories(), path -> meaning(path, sum));
    switch (change) {
      case Change.Add add -> take(sum, add(planning, sum.packages, add));
      case Change.Remove remove -> take(sum, planning.remove(sum.packages, remove));
      case Change.Restore(long generation) -> {
        Held held = history.find(generation);
        if (held == null) {
          throw new Refused(
              Refused.Reason.MISSING,
              List.of(
                  "generation %d is not held; larder generation list %s shows which are"
                      .formatted(generation, settings.name())));
        }
        sum.packages = held.packages().only(settings.directories());
      }
      case Change.Rewrite(Change.Sign which) -> {
        sum.packages = signed(sum.packages.only(settings.directories()), which);
        sum.anew = true;
      }
    }
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
    List<Staged> packages = new ArrayList<>(change.packages());
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

  /// The same packages, with signatures by the present key.
  private Packages signed(Packages packages, Change.Sign which) throws IOException {
    Packages after = packages;
    for (Map.Entry<String, PackageList> list : packages.lists().entrySet()) {
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : list.getValue().entries()) {
        boolean wanted =
            switch (which) {
              case NOTHING -> false;
              case UNSIGNED -> entry.signature() == null;
              case ALL -> true;
            };
        entries.add(wanted ? signed(list.getKey(), entry) : entry);
      }
      after = after.with(list.getKey(), new PackageList(entries));
    }
    return after;
  }

  private Entry signed(String directory, Entry entry) throws IOException {
    byte[] signature = incoming.signature(shelves.file(directory, entry));
    if (signature == null) {
      return entry;
    }
    Durable.replace(shelves.signature(directory, entry), signature);
    return new Entry(
        entry.name(),
        entry.version(),
        entry.path(),
        entry.size(),
        entry.sha256(),
        Checksum.sha256(signature));
  }
}
