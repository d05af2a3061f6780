package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final RepositorySettings settings;
  private final Generations generations;
  private final GenerationWriter writer;
  private final Shelves shelves;
  private final PackageTable table;
  private final SignerSource signers;

  /// Newest number first. The current one is the first: one that was written and never selected is
  /// not among them.
  private volatile List<Held> held = List.of();

  History(Repository.Parts parts, Generations generations, GenerationWriter writer) {
    this.settings = parts.settings();
    this.generations = generations;
    this.writer = writer;
    this.shelves = parts.shelves();
    this.table = parts.table();
    this.signers = parts.signers();
  }

  /// Loads what is there, and makes the first generation where there is none.
  ///
  /// @param unfinished whether a change was under way when Larder was last stopped
  void open(boolean unfinished) throws IOException {
    generations.recover();
    long current = generations.currentNumber();
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
      advance(Packages.none(settings.directories()), Map.of(), true);
      return;
    }
    if (found.isEmpty()) {
      throw new IOException(
          "repository %s: none of its generations can be read, like %s; restore that directory from"
                  .formatted(settings.name(), damaged.getFirst())
              + " a backup, or move it away to begin with an empty repository");
    }
    if (!damaged.isEmpty()) {
      // What they name is not known, so nothing may be called superfluous.
      LOG.error(
          "repository {}: generations that cannot be read are passed over: {}",
          settings.name(),
          damaged);
    } else if (unfinished) {
      int swept = shelves.sweep(named(held));
      LOG.info(
          "repository {}: a change was under way and is undone; {} files of it were removed",
          settings.name(),
          swept);
    }
    if (isUpToDate()) {
      shelves.show(current().generation());
    }
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
    Held next =
        writer.write(
            new GenerationWriter.Task(number, packages, records, before, anew, token(keys)), keys);
    generations.select(next.generation());
    List<Held> now = new ArrayList<>();
    now.add(next);
    now.addAll(held);
    held = List.copyOf(now);
    shelves.show(next.generation());
    retire();
  }

  /// What indexes depend on besides packages: another token, other indexes.
  private String token(Signers keys) {
    List<String> parts = new ArrayList<>();
    parts.add("1");
    parts.add(settings.format());
    parts.add(settings.compat().name());
    parts.add(settings.signature().name());
    parts.addAll(settings.directories());
    parts.add(signedBy(keys));
    keys.openPgp().forEach(key -> parts.add(Checksum.sha256(key.publicKey()).hex()));
    keys.rsa().forEach(key -> parts.add(Checksum.sha256(key.publicKey()).hex()));
    return String.join(" ", parts);
  }

  /// Drops the generations that need not stay, and the files only they named. What fails is tried
  /// again with the next generation.
  private void retire() {
    try {
      List<Packages> all = held.stream().map(Held::packages).toList();
      int stays =
          Retention.stays(all, settings.keep(), settings.heldGenerations(), settings.maxSize());
      if (stays == held.size()) {
        return;
      }
      List<Held> staying = held.subList(0, stays);
      List<Held> going = held.subList(stays, held.size());
      held = List.copyOf(staying);
      Set<RelPath> named = named(staying);
      Set<Checksum> records = new HashSet<>();
      for (Held each : going) {
        for (Packages.Placed placed : each.packages().all()) {
          drop(placed, named, records);
        }
        generations.remove(each.generation());
      }
      staying.forEach(
          each -> each.packages().all().forEach(placed -> records.remove(placed.entry().sha256())));
      table.remove(records);
    } catch (IOException | RuntimeException e) {
      LOG.warn("repository {}: old generations stay: {}", settings.name(), e.getMessage());
    }
  }

  private void drop(Packages.Placed placed, Set<RelPath> named, Set<Checksum> records)
      throws IOException {
    Path file = shelves.file(placed.directory(), placed.entry());
    if (!named.contains(new RelPath(placed.path()))) {
      Files.deleteIfExists(file);
      Files.deleteIfExists(shelves.signature(placed.directory(), placed.entry()));
      records.add(placed.entry().sha256());
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
