package dev.larder.repo;

import dev.larder.clock.Ages;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The generations of a repository that are held. Reading is safe at any time; [#advance] and
/// [#open] are for one thread at a time.
final class History {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  private final Repository.Parts parts;
  private final Generations generations;
  private final GenerationWriter writer;
  private final Shelves shelves;
  private final PackageTable table;
  private final SignerSource signers;
  private final InstantSource clock;
  private final Ages ages = new Ages();

  /// Newest number first. The current one is the first: one that was written and never selected is
  /// not among them.
  private volatile List<Held> held = List.of();

  History(Repository.Parts parts, Generations generations, GenerationWriter writer) {
    this.parts = parts;
    this.generations = generations;
    this.writer = writer;
    this.shelves = parts.shelves();
    this.table = parts.table();
    this.signers = parts.signers();
    this.clock = parts.clock();
  }

  /// Loads what is there, and makes the first generation where there is none.
  ///
  /// @param unfinished whether a change was under way when Larder was last stopped
  void open(boolean unfinished) throws IOException {
    generations.recover();
    // Without the pointer nobody knows which was the last one: the newest there is will do.
    long pointed = generations.currentNumber();
    long current = pointed == 0 ? Long.MAX_VALUE : pointed;
    List<Path> damaged = new ArrayList<>();
    List<Held> found = new ArrayList<>();
    for (Generation generation : generations.load(damaged::add)) {
      if (generation.number() <= current) {
        found.add(new Held(generation, null));
      } else {
        generations.remove(generation);
      }
    }
    held = List.copyOf(found);
    if (found.isEmpty() && damaged.isEmpty()) {
      Durable.makeDirectories(shelves.file(RelPath.ROOT));
      advance(Packages.none(parts.settings().directories()), Map.of(), true);
      return;
    }
    if (found.isEmpty()) {
      throw new IOException(
          "repository %s: none of its generations can be read, like %s; restore that directory from"
                  .formatted(parts.settings().name(), damaged.getFirst())
              + " a backup, or move it away to begin with an empty repository");
    }
    if (!damaged.isEmpty()) {
      // What they name is not known, so nothing may be called superfluous.
      LOG.error(
          "repository {}: generations that cannot be read are passed over: {}",
          parts.settings().name(),
          damaged);
    } else if (unfinished) {
      int swept = shelves.sweep(named(held));
      LOG.info(
          "repository {}: a change was under way and is undone; {} files of it were removed",
          parts.settings().name(),
          swept);
    }
    shelves.show(current().generation(), held.size() > 1 ? held.get(1).generation() : null);
  }

  /// Whether the current generation was made with the present settings and keys.
  boolean isUpToDate() throws IOException {
    return current().generation().origin().token().equals(token(signers.signers()));
  }

  /// Whether packages were signed by the key that signs now.
  boolean isSignedByPresentKey() throws IOException {
    return current().generation().origin().token().contains(signedBy(signers.signers()));
  }

  private static String signedBy(Signers keys) {
    return "by=" + (keys.openPgp().isEmpty() ? "-" : keys.openPgp().getFirst().fingerprint());
  }

  /// The current generation.
  Held current() {
    return held.getFirst();
  }

  /// All that are held, newest first.
  List<Held> all() {
    return held;
  }

  /// The generation of that number; null if it is not held.
  @Nullable Held find(long number) {
    for (Held each : held) {
      if (each.generation().number() == number) {
        return each;
      }
    }
    return null;
  }

  /// What the newest generation that names `path` says of it; null if none does.
  @Nullable Expected expected(RelPath path) {
    for (Held each : held) {
      Expected expected = each.generation().find(path);
      if (expected != null) {
        return expected;
      }
    }
    return null;
  }

  /// The checksum of what lies at `path`; null if no generation names it.
  @Nullable Checksum meaning(RelPath path) {
    Expected expected = expected(path);
    return expected == null ? null : expected.checksum();
  }

  /// Every version of a package in any generation.
  Set<String> versions(String packageName) {
    Set<String> versions = new TreeSet<>();
    for (Held each : held) {
      for (PackageList list : each.packages().lists().values()) {
        Entry entry = list.find(packageName);
        if (entry != null) {
          versions.add(entry.version());
        }
      }
    }
    return versions;
  }

  /// Writes the next generation and makes it the current one.
  ///
  /// @param records of packages that are new
  /// @param anew whether to write indexes that seem to be the same, too
  void advance(Packages packages, Map<Checksum, byte[]> records, boolean anew) throws IOException {
    Held before = held.isEmpty() ? null : held.getFirst();
    Signers keys = signers.signers();
    long number = Math.max(1, generations.highest() + 1);
    // Unless all is written anew some of it follows settings and keys as they were.
    String token = anew || before == null ? token(keys) : before.generation().origin().token();
    Held next =
        writer.write(
            new GenerationWriter.Task(number, packages, records, before, anew, token), keys);
    next.generation().members().forEach(next.generation()::manifest);
    select(next);
    List<Held> now = new ArrayList<>();
    now.add(next);
    now.addAll(held);
    held = List.copyOf(now);
    shelves.show(next.generation(), before == null ? null : before.generation());
    retire();
  }

  /// One that cannot be selected must not be there at the next start: its packages will not be.
  private void select(Held next) throws IOException {
    try {
      generations.select(next.generation());
    } catch (IOException e) {
      generations.remove(next.generation());
      throw e;
    }
  }

  /// What indexes depend on besides packages: another token, other indexes.
  private String token(Signers keys) {
    RepositorySettings settings = parts.settings();
    List<String> token = new ArrayList<>();
    token.add("1");
    token.add(settings.format());
    token.add(settings.compat().name());
    token.add(settings.signature().name());
    token.addAll(settings.directories());
    token.add(signedBy(keys));
    keys.openPgp().forEach(key -> token.add(Checksum.sha256(key.publicKey()).hex()));
    keys.rsa().forEach(key -> token.add(Checksum.sha256(key.publicKey()).hex()));
    return String.join(" ", token);
  }

  /// Drops the generations that need not stay, then the files only they named. Files that are left
  /// over if that fails are swept at the next start. While a backup reads, all stay until the next
  /// generation.
  private void retire() {
    RepositorySettings settings = parts.settings();
    try (Closeable right = parts.data().toRemove()) {
      if (right == null) {
        LOG.info("repository {}: old generations stay while a backup reads", settings.name());
        return;
      }
      List<Held> all = held;
      Instant now = clock.instant();
      List<Retention.Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        Packages newer = i == 0 ? null : all.get(i - 1).packages();
        candidates.add(
            new Retention.Candidate(
                all.get(i).packages(newer),
                ages.since(all.get(i).generation().origin().fetchedAt(), now)));
      }
      int stays =
          Retention.stays(
              candidates,
              new Retention.Limits(settings.keep(), settings.heldGenerations(), settings.maxSize()),
              now);
      if (stays < all.size()) {
        retire(all.subList(0, stays), all.subList(stays, all.size()));
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("repository {}: old generations stay: {}", settings.name(), e.getMessage());
    }
  }

  private void retire(List<Held> staying, List<Held> going) throws IOException {
    held = List.copyOf(staying);
    for (Held each : going) {
      generations.remove(each.generation());
    }
    Set<Checksum> records = new HashSet<>();
    Packages newer = staying.getLast().packages();
    for (Held each : going) {
      for (Map.Entry<String, PackageList> list : each.packages().lists().entrySet()) {
        for (Entry entry : list.getValue().without(newer.in(list.getKey()))) {
          drop(list.getKey(), entry, staying, records);
        }
      }
      newer = each.packages();
    }
    table.remove(records);
  }

  private void drop(String directory, Entry entry, List<Held> staying, Set<Checksum> records)
      throws IOException {
    boolean named = false;
    boolean known = false;
    for (Held each : staying) {
      for (Map.Entry<String, PackageList> list : each.packages().lists().entrySet()) {
        Entry there = list.getValue().find(entry.name());
        boolean here = list.getKey().equals(directory);
        named |= here && there != null && there.path().equals(entry.path());
        known |= there != null && there.sha256().equals(entry.sha256());
      }
    }
    if (!named) {
      Files.deleteIfExists(shelves.file(directory, entry));
      Files.deleteIfExists(shelves.signature(directory, entry));
    }
    if (!known) {
      records.add(entry.sha256());
    }
  }

  /// Every path the generations name.
  private static Set<RelPath> named(List<Held> generations) {
    Set<RelPath> named = new HashSet<>();
    for (Held each : generations) {
      for (Packages.Placed placed : each.packages().all()) {
        RelPath path = new RelPath(placed.path());
        named.add(path);
        named.add(path.sibling(path.fileName() + PackageList.SIGNATURE));
      }
      each.generation().members().forEach(member -> named.add(member.path()));
    }
    return named;
  }
}
