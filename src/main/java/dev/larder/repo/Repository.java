package dev.larder.repo;

import dev.larder.database.Database;
import dev.larder.events.EventLog;
import dev.larder.format.KeyringOrder;
import dev.larder.format.PackageInfo;
import dev.larder.format.RepositoryFormat;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import dev.larder.store.DataDirectory;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A repository of our own: takes packages in and out, writes and signs its indexes, keeps former
/// generations, and answers clients. Safe for use by many threads; methods that change something
/// block until it is durable.
public final class Repository implements Content, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Repository.class);

  private final Parts parts;
  private final History history;
  private final Committing committing;
  private final RepositoryAnswers answers;
  private final Inventory inventory;
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  private Repository(Parts parts, Generations generations) {
    this.parts = parts;
    GenerationWriter writer =
        new GenerationWriter(
            parts.settings().name(),
            parts.format(),
            generations,
            parts.shelves(),
            parts.table(),
            parts.clock());
    this.history = new History(parts, generations, writer);
    this.committing = new Committing(parts, history);
    this.answers = new RepositoryAnswers(parts, history);
    this.inventory = new Inventory(parts, history, writer);
  }

  /// What repositories are made of.
  ///
  /// @param signers the keys, asked for at each use since they can be exchanged
  record Parts(
      AtomicReference<RepositorySettings> current,
      RepositoryFormat format,
      DataDirectory data,
      Shelves shelves,
      Incoming incoming,
      PackageTable table,
      SignerSource signers,
      EventLog events,
      InstantSource clock) {
    /// The settings as they are now.
    RepositorySettings settings() {
      return current.get();
    }
  }

  /// What it takes to open a repository.
  ///
  /// @param data where everything lies
  /// @param database for what is read of packages
  /// @param signers the keys, asked for at each use since they can be exchanged
  /// @param events takes what happens
  /// @param clock the time
  public record Surroundings(
      DataDirectory data,
      Database database,
      SignerSource signers,
      EventLog events,
      InstantSource clock) {}

  /// Opens a repository; one that is new is empty, signed, and served from then on.
  ///
  /// @param current its settings; the format and the keys may look at them, too
  /// @throws IOException if it cannot be read or written, or a key cannot be used
  public static Repository open(
      AtomicReference<RepositorySettings> current, RepositoryFormat format, Surroundings around)
      throws IOException {
    String name = current.get().name();
    Layout layout = around.data().layout();
    Parts parts =
        new Parts(
            current,
            format,
            around.data(),
            new Shelves(layout, name),
            new Incoming(layout.incoming(name), format, around.signers()),
            new PackageTable(around.database(), format.name()),
            around.signers(),
            around.events(),
            around.clock());
    Repository repository =
        new Repository(
            parts, new Generations(layout.root(Layout.repositoryName(name), RelPath.ROOT)));
    repository.recover();
    return repository;
  }

  /// Leaves the old or the new of whatever was under way when Larder was last stopped.
  private void recover() throws IOException {
    boolean unfinished = parts.incoming().isUnfinished();
    history.open(unfinished);
    parts.incoming().recover();
    try {
      if (unfinished) {
        // Signatures may have been exchanged for a generation that never was.
        make(new Change.Rewrite(Change.Sign.BROKEN));
      }
      followKeys();
    } catch (IOException e) {
      LOG.error(
          "repository {}: it is served as it was, but cannot be written: {}",
          parts.settings().name(),
          e.getMessage());
    }
  }

  /// Its settings.
  public RepositorySettings settings() {
    return parts.settings();
  }

  /// Takes other settings, after the change that is under way. Indexes that look different by them
  /// are written anew before this returns; if that fails it is said and tried again with the next
  /// change or start, and what there was is served.
  ///
  /// @param settings of the same name and format
  void reload(RepositorySettings settings) {
    committing.exchange(() -> parts.current().set(settings));
    try {
      followKeys();
    } catch (IOException e) {
      LOG.error(
          "repository {}: it is served as it was, but cannot be written: {}",
          settings.name(),
          e.getMessage());
    }
  }

  @Override
  public Admission admission() {
    return parts.settings().access();
  }

  /// The path of a repository among what is served: `repo/internal`.
  @Override
  public String name() {
    return Layout.repositoryName(parts.settings().name());
  }

  @Override
  public String format() {
    return parts.format().name();
  }

  @Override
  public Answer answer(Ask ask) {
    return answers.answer(ask);
  }

  @Override
  public Explanation explain(RelPath path) throws IOException {
    return new RepositoryExplainer(parts, history, answers).explain(path);
  }

  @Override
  public List<Entry> list(RelPath directory) throws IOException {
    return parts.shelves().list(directory);
  }

  @Override
  public void sent(boolean hit, long sent) {
    requests.increment();
    bytes.add(sent);
  }

  // ---- changes --------------------------------------------------------------------------------

  /// What came of a change.
  ///
  /// @param generation the number of the current generation afterwards
  /// @param differences what is different; empty if nothing had to be done
  public record Done(long generation, List<Difference> differences) {
    /// Takes a defensive copy.
    public Done {
      differences = List.copyOf(differences);
    }
  }

  /// Begins a batch of uploads that become one generation, or none.
  public Batch batch() throws IOException {
    String id = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return new Batch(this, parts.incoming(), id);
  }

  /// Adds what was staged.
  Done add(List<Staged> packages, boolean downgrade, @Nullable OnConflict onConflict)
      throws IOException {
    OnConflict conflict = onConflict == null ? parts.settings().onConflict() : onConflict;
    return make(new Change.Add(packages, downgrade, conflict));
  }

  /// Removes packages.
  ///
  /// @param names of packages; all have to be there
  /// @param directories from which; all if empty
  /// @throws Refused if one is not there
  /// @throws IOException if the disk fails; nothing was removed then
  public Done remove(Set<String> names, Set<String> directories) throws IOException {
    return make(new Change.Remove(names, directories));
  }

  /// Makes the repository what it was in a generation that is still held. That becomes a new
  /// generation, so that clients notice.
  ///
  /// @throws Refused if it is not held
  /// @throws IOException if the disk fails; nothing was changed then
  public Done rollback(long generation) throws IOException {
    return make(new Change.Restore(generation));
  }

  /// Writes all indexes anew with the present keys.
  ///
  /// @param all sign every package anew, not only those that have no signature
  /// @throws IOException if the disk fails or a key cannot be used; nothing was changed then
  public Done sign(boolean all) throws IOException {
    return make(new Change.Rewrite(all ? Change.Sign.ALL : Change.Sign.UNSIGNED));
  }

  /// Writes all indexes anew if settings or keys are others than those they were made with.
  ///
  /// @throws IOException if the disk fails or a key cannot be used
  public void followKeys() throws IOException {
    if (!history.isUpToDate()) {
      LOG.info(
          "repository {}: settings or keys have changed; its indexes are written anew",
          parts.settings().name());
      // Whoever gets the keys now must be able to check packages that were signed before.
      boolean signed = history.isSignedByPresentKey();
      make(new Change.Rewrite(signed ? Change.Sign.NOTHING : Change.Sign.ALL));
    }
  }

  /// Takes packages over from another repository of the same format, as they are there now.
  ///
  /// @param names of packages; all of them if empty
  /// @param downgrade whether an older version may take the place of a newer one
  /// @throws Refused if one is not there, or cannot be taken
  /// @throws IOException if the disk fails; nothing was changed then
  public Done promote(Repository from, Set<String> names, boolean downgrade) throws IOException {
    if (!from.format().equals(format())) {
      throw new Refused(
          Refused.Reason.UNFIT,
          List.of(
              "%s hosts %s and %s hosts %s"
                  .formatted(from.settings().name(), from.format(), settings().name(), format())));
    }
    try (Batch batch = batch()) {
      from.inventory.copyTo(batch, names, inventory::isThere);
      if (batch.packages().isEmpty()) {
        return new Done(history.current().generation().number(), List.of());
      }
      return batch.commit(downgrade, null);
    }
  }

  /// Adds a package with the public keys of this repository, for formats that have such: those that
  /// sign now, and their successors. Clients that have it trust those, and no longer the former.
  ///
  /// @throws Refused if the format has no such packages, or nothing is signed
  /// @throws IOException if it cannot be made; nothing was changed then
  public Done keyring() throws IOException {
    try (Batch batch = batch()) {
      Path file = batch.place().resolve(batch.nextName());
      Signers keys = parts.signers().signers();
      boolean made =
          !keys.openPgp().isEmpty()
              && parts
                  .format()
                  .keyring(
                      new KeyringOrder(
                          parts.settings().name(),
                          history::versions,
                          parts.clock().instant(),
                          keys.openPgp(),
                          parts.signers().retired()),
                      file);
      if (!made) {
        throw new Refused(
            Refused.Reason.UNFIT,
            List.of(
                keys.openPgp().isEmpty() && format().equals("pacman")
                    ? "repository %s has no key".formatted(parts.settings().name())
                    : "clients of %s take keys from files, not from packages; see larder snippet %s"
                        .formatted(format(), parts.settings().name())));
      }
      batch.take(file, file.getFileName().toString());
      return batch.commit(false, null);
    }
  }

  private Done make(Change change) throws IOException {
    return committing.make(change);
  }

  // ---- what there is --------------------------------------------------------------------------

  /// A summary.
  public RepositoryReport report() {
    Held current = history.current();
    Packages packages = current.packages();
    List<String> signedBy = new ArrayList<>();
    String trouble = null;
    try {
      Signers keys = parts.signers().signers();
      keys.openPgp().forEach(key -> signedBy.add(key.fingerprint()));
      keys.rsa().forEach(key -> signedBy.add(Checksum.sha256(key.publicKey()).hex()));
    } catch (IOException e) {
      trouble = String.valueOf(e.getMessage());
    }
    return new RepositoryReport(
        parts.settings(),
        current.generation().number(),
        current.generation().origin().fetchedAt(),
        packages.count(),
        inventory.bytes(packages),
        signedBy,
        trouble,
        requests.sum(),
        bytes.sum());
  }

  /// The packages of the current generation whose name or description has `words` in it, by
  /// directory and name.
  ///
  /// @param words empty for all
  /// @param after only what comes behind this [HostedPackage#key()]; null from the first
  /// @param limit at most so many
  /// @throws IOException if they cannot be read
  public List<HostedPackage> search(String words, @Nullable String after, int limit)
      throws IOException {
    return inventory.search(words, after, limit);
  }

  /// The package of that name in each directory that has it.
  ///
  /// @throws IOException if it cannot be read
  public List<HostedPackage> find(String packageName) throws IOException {
    return inventory.find(packageName);
  }

  /// The paths a package installs; empty if there is no such package.
  ///
  /// @throws IOException if they cannot be read
  public List<String> files(String directory, String packageName) throws IOException {
    return inventory.files(directory, packageName);
  }

  /// Where a package lies.
  ///
  /// @param file its bytes
  /// @param sha256 what their checksum must be
  /// @param signature the detached signature beside it, or null
  public record Stored(Path file, Checksum sha256, @Nullable Path signature) {}

  /// Finds the file of a package.
  ///
  /// @param directory in which; null for the first that has it
  /// @param generation in which of those that are held; 0 for the current one
  /// @return null if there is no such package
  /// @throws Refused if the generation is not held
  public @Nullable Stored stored(String packageName, @Nullable String directory, long generation)
      throws Refused {
    Packages packages =
        generation == 0 ? history.current().packages() : held(generation).packages();
    return inventory.stored(packages, packageName, directory);
  }

  /// The generations that are held, newest first.
  public List<GenerationReport> generations() {
    List<GenerationReport> all = new ArrayList<>();
    List<Held> held = history.all();
    for (int i = 0; i < held.size(); i++) {
      Packages packages = held.get(i).packages();
      Packages before = i + 1 < held.size() ? held.get(i + 1).packages() : null;
      all.add(
          new GenerationReport(
              held.get(i).generation().number(),
              held.get(i).generation().origin().fetchedAt(),
              i == 0,
              packages.count(),
              before == null ? List.of() : before.differences(packages)));
    }
    return all;
  }

  /// A generation that is held.
  ///
  /// @param number its number
  /// @param at when it was made
  /// @param current whether it is the current one
  /// @param packages how many it has
  /// @param differences from the generation before it; empty for the oldest
  public record GenerationReport(
      long number, Instant at, boolean current, int packages, List<Difference> differences) {
    /// Takes a defensive copy.
    public GenerationReport {
      differences = List.copyOf(differences);
    }
  }

  /// What is different in generation `to`, compared with `from`.
  ///
  /// @throws Refused if one of them is not held
  public List<Difference> diff(long from, long to) throws Refused {
    return held(from).packages().differences(held(to).packages());
  }

  private Held held(long number) throws Refused {
    Held held = history.find(number);
    if (held == null) {
      throw new Refused(
          Refused.Reason.MISSING, List.of("generation %d is not held".formatted(number)));
    }
    return held;
  }

  /// Looks for what will hurt users, in the current generation.
  ///
  /// @throws IOException if packages cannot be read
  public List<RepositoryFormat.Lint> lint(String directory) throws IOException {
    List<PackageInfo> infos = inventory.infos(directory);
    List<RepositoryFormat.Lint> found = new ArrayList<>(parts.format().lint(directory, infos));
    found.addAll(inventory.unsigned(directory));
    return found;
  }

  /// Reads every file of every generation that is held and compares it with what must be there.
  /// What can be restored is.
  ///
  /// @throws IOException if the disk cannot be read at all
  public List<Damage> verify() throws IOException {
    List<Damage> damages = inventory.verify();
    if (damages.stream().noneMatch(damage -> damage.path().endsWith(PackageList.SIGNATURE))) {
      return damages;
    }
    make(new Change.Rewrite(Change.Sign.BROKEN));
    // Only they may be right now; to read every package once more could take hours.
    List<Damage> left = inventory.verifySignatures();
    return damages.stream()
        .map(each -> new Damage(each.path(), each.what(), each.restored() || isRight(left, each)))
        .toList();
  }

  private static boolean isRight(List<Damage> left, Damage damage) {
    return damage.path().endsWith(PackageList.SIGNATURE)
        && left.stream().noneMatch(each -> each.path().equals(damage.path()));
  }

  /// A file that was not what it must be.
  ///
  /// @param path below the repository
  /// @param what a sentence
  /// @param restored whether it is right again
  public record Damage(String path, String what, boolean restored) {}

  /// Makes no further change; waits for the one under way. Goes on answering.
  @Override
  public void close() {
    committing.close();
  }
}
