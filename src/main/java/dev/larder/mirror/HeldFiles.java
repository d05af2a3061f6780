package dev.larder.mirror;

import dev.larder.cache.Share;
import dev.larder.cache.Stock;
import dev.larder.mirror.HeldFileTable.Row;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.Expected;
import dev.larder.store.FileName;
import dev.larder.store.Hashing;
import dev.larder.store.Layout;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files in a mirror's tree, and which of them may be believed.
///
/// A file is believed while a [Row] says what its bytes were checked against and its size and time
/// are still those of the row. Rows of new files are kept in memory until [#flush()] has synced the
/// bytes: after a crash or a power cut, whatever is younger than the last flush has no row. A file
/// without a row is read and compared with what its index promises before its first use; if nothing
/// can be compared it is fetched again. So `larder.db` may be deleted, files may be deleted or
/// damaged, and a cut may lose any tail: what is served stays right.
final class HeldFiles {
  private static final Logger LOG = LoggerFactory.getLogger(HeldFiles.class);

  /// How often a directory that somebody removes under our hands is made again.
  private static final int ATTEMPTS = 10;

  private final Layout layout;
  private final String mirror;
  private final UnaryOperator<RelPath> rootOf;
  private final HeldFileTable table;
  private final Share share;
  private final InstantSource clock;
  private final ConcurrentHashMap<String, Row> unflushed = new ConcurrentHashMap<>();
  private final AtomicLong removals = new AtomicLong();
  // What a name means on disk and what its row says change together under the name's lock. It is
  // also held while a file is read to check it, so that two requests do not read it twice.
  private final Object[] locks = new Object[1024];

  /// @param rootOf which root a path belongs to: bytes that go aside lie with its state
  /// @param share is told what comes and goes
  HeldFiles(
      Layout layout,
      String mirror,
      UnaryOperator<RelPath> rootOf,
      HeldFileTable table,
      Share share,
      InstantSource clock) {
    this.layout = layout;
    this.mirror = mirror;
    this.rootOf = rootOf;
    this.table = table;
    this.share = share;
    this.clock = clock;
    for (int i = 0; i < locks.length; i++) {
      locks[i] = new Object();
    }
  }

  /// A file that may be believed.
  ///
  /// @param file opened for the receiver
  /// @param row what is known of it
  record Held(OpenFile file, Row row) {
    Instant lastModified() {
      return Instant.ofEpochMilli(row.modifiedMillis());
    }
  }

  /// The right bytes of `path`, or null if we do not hold them.
  ///
  /// @throws IOException if the disk fails
  @Nullable Held find(RelPath path, Promise promise) throws IOException {
    Held held = find(path.value(), layout.file(mirror, path), promise);
    if (held == null && promise.expected().checksum() != null) {
      held = findAside(path, promise);
    }
    return held;
  }

  private @Nullable Held findAside(RelPath path, Promise promise) throws IOException {
    Checksum checksum = promise.expected().checksum();
    return checksum == null
        ? null
        : find(asideName(path, checksum), aside(path, checksum), promise);
  }

  /// Where the bytes with this checksum lie while `path` means others.
  private Path aside(RelPath path, Checksum checksum) {
    return state(path).held(checksum);
  }

  private Layout.RootLayout state(RelPath path) {
    return layout.root(mirror, rootOf.apply(path));
  }

  private String asideName(RelPath path, Checksum checksum) {
    return Layout.asideName(Layout.rootName(rootOf.apply(path)), aside(path, checksum));
  }

  /// Whatever bytes lie at `path` if they were checked once, whatever they were checked against.
  @Nullable Held findAny(RelPath path) throws IOException {
    Row row = row(path.value());
    return row == null
        ? null
        : find(
            path.value(), layout.file(mirror, path), new Promise(row.promise(), Expected.NOTHING));
  }

  private @Nullable Held find(String name, Path file, Promise promise) throws IOException {
    synchronized (lock(name)) {
      return findLocked(name, file, promise);
    }
  }

  private Object lock(String name) {
    return locks[Math.floorMod(name.hashCode(), locks.length)];
  }

  private @Nullable Held findLocked(String name, Path file, Promise promise) throws IOException {
    BasicFileAttributes attributes = FileFacts.of(file);
    if (attributes == null) {
      return null;
    }
    Row row = row(name);
    if (row == null || !FileFacts.describes(row, attributes)) {
      row = check(name, file, promise, row);
    }
    if (row == null) {
      return null;
    }
    if (!row.promise().equals(promise.key())) {
      if (!row.sha256().equals(promise.sha256())
          && !FileHash.holdsByAnotherName(file, row, promise)) {
        return null;
      }
      row = row.promised(promise.key());
      unflushed.put(name, row);
    }
    return open(file, row);
  }

  /// Reads a file and compares it with what its row says; one that is damaged goes into quarantine.
  ///
  /// @param name of its row
  /// @throws IOException if the disk fails
  Stock.Verdict verify(String name, Stock.Pace pace) throws IOException, InterruptedException {
    Path file = layout.held(mirror, name);
    Row row = row(name);
    BasicFileAttributes attributes = FileFacts.of(file);
    if (attributes == null) {
      return Stock.Verdict.GONE;
    }
    if (row == null || !FileFacts.describes(row, attributes)) {
      return Stock.Verdict.UNKNOWN;
    }
    // Not under its lock: that takes as long as the pace says, and clients want the file meanwhile.
    if (FileHash.of(file, row.sha256(), pace).asExpected()) {
      return Stock.Verdict.SOUND;
    }
    synchronized (lock(name)) {
      BasicFileAttributes now = FileFacts.of(file);
      if (now == null || !row.equals(row(name)) || !FileFacts.describes(row, now)) {
        return Stock.Verdict.UNKNOWN; // exchanged while we read
      }
      damaged(name, file, "its bytes have changed on the disk");
      return Stock.Verdict.DAMAGED;
    }
  }

  /// Reads a file that has no row, or is not what its row describes, and gives it one if it is what
  /// `promise` says.
  private @Nullable Row check(String name, Path file, Promise promise, @Nullable Row known)
      throws IOException {
    BasicFileAttributes attributes = FileFacts.of(file);
    if (attributes == null) {
      return null;
    }
    boolean sizeFits =
        !promise.expected().hasSize() || promise.expected().size() == attributes.size();
    Checksum expected = promise.expected().checksum();
    if (expected == null || !sizeFits) {
      if (known != null) {
        damaged(name, file, "it has changed since it was checked");
      }
      return null;
    }
    Hashing.Result result = FileHash.of(file, expected);
    if (!result.asExpected()) {
      damaged(name, file, "its checksum is wrong");
      return null;
    }
    Row row =
        new Row(
            name,
            attributes.size(),
            attributes.lastModifiedTime().toMillis(),
            promise.key(),
            result.sha256(),
            null,
            clock.instant().getEpochSecond());
    unflushed.put(name, row);
    return row;
  }

  private void damaged(String name, Path file, String why) throws IOException {
    LOG.warn("{}: {} is put into quarantine and will be fetched again: {}", mirror, name, why);
    long size = Files.size(file);
    new Quarantine(layout.quarantine(mirror)).take(file, clock.instant());
    forget(name);
    share.removed(name, size);
    share.damaged();
    removals.incrementAndGet();
  }

  private static @Nullable Held open(Path file, Row row) throws IOException {
    try {
      OpenFile open = OpenFile.open(file);
      if (open.size() == row.size()) {
        return new Held(open, row);
      }
      open.close(); // replaced between the look and the opening
      return null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Where the bytes of `row` lie now.
  FileName name(Row row) {
    return FileName.of(layout.held(mirror, row.name()));
  }

  private @Nullable Row row(String name) {
    Row row = unflushed.get(name);
    return row != null ? row : table.find(name);
  }

  private void forget(String name) {
    unflushed.remove(name);
    table.remove(name);
  }

  /// Takes a finished file into the tree, or aside if its path still means other bytes.
  ///
  /// @param part the complete file; moved
  /// @param upstreamed what upstream said of it
  /// @throws IOException if the disk fails
  Row keep(
      RelPath path,
      Promise promise,
      Path part,
      boolean aside,
      Checksum sha256,
      Upstreamed upstreamed)
      throws IOException {
    Checksum checksum = promise.expected().checksum();
    String name = aside && checksum != null ? asideName(path, checksum) : path.value();
    Path target = aside && checksum != null ? aside(path, checksum) : layout.file(mirror, path);
    Instant now = clock.instant();
    Instant time = upstreamed.lastModified() == null ? now : upstreamed.lastModified();
    Instant seconds = Instant.ofEpochSecond(time.getEpochSecond());
    if (name.equals(path.value())) {
      makeDirectories(path);
    }
    Files.setLastModifiedTime(part, FileTime.from(seconds));
    Row row =
        new Row(
            name,
            Files.size(part),
            seconds.toEpochMilli(),
            promise.key(),
            sha256,
            upstreamed.etag(),
            now.getEpochSecond());
    synchronized (lock(name)) {
      Row before = row(name);
      if (before != null && !before.promise().equals(row.promise())) {
        // After a power cut the old row must not speak for the new bytes.
        forget(name);
      }
      long replaced = FileFacts.size(target);
      move(part, target);
      unflushed.put(name, row);
      share.stored(name, row.size(), replaced);
    }
    return row;
  }

  private static void move(Path part, Path target) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.createDirectories(target.resolveSibling(""));
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        // Whoever empties the tree removed a directory that we have just made or found.
        if (attempt == ATTEMPTS || !Files.exists(part)) {
          throw e;
        }
      }
    }
  }

  /// What upstream said of a file.
  ///
  /// @param lastModified or null
  /// @param etag or null
  record Upstreamed(@Nullable Instant lastModified, @Nullable String etag) {}

  /// Upstream has just confirmed that the bytes at `path` are still the ones it has.
  void confirmed(RelPath path) {
    Row row = row(path.value());
    if (row != null) {
      unflushed.put(path.value(), row.checkedAt(clock.instant().getEpochSecond()));
    }
  }

  /// The name `path` now means the bytes of `next`: what lies there goes aside for clients that
  /// still use `previous`, and what was fetched ahead comes in.
  ///
  /// @throws IOException if the disk fails
  void exchange(RelPath path, Promise previous, Promise next) throws IOException {
    synchronized (lock(path.value())) {
      exchangeLocked(path, previous, next);
    }
  }

  private void exchangeLocked(RelPath path, Promise previous, Promise next) throws IOException {
    Checksum old = previous.expected().checksum();
    Path file = layout.file(mirror, path);
    Row row = row(path.value());
    if (old != null && row != null && row.promise().equals(previous.key()) && Files.exists(file)) {
      Files.createDirectories(state(path).held());
      forget(path.value());
      Files.move(file, aside(path, old), StandardCopyOption.ATOMIC_MOVE);
      unflushed.put(asideName(path, old), row.named(asideName(path, old)));
      share.removed(path.value(), row.size());
      share.stored(asideName(path, old), row.size(), 0);
    }
    Checksum fresh = next.expected().checksum();
    if (fresh != null && Files.exists(aside(path, fresh))) {
      Row ahead = row(asideName(path, fresh));
      if (ahead != null) {
        makeDirectories(path);
        long replaced = FileFacts.size(file);
        Files.move(aside(path, fresh), file, StandardCopyOption.ATOMIC_MOVE);
        share.removed(asideName(path, fresh), ahead.size());
        share.stored(path.value(), ahead.size(), replaced);
        unflushed.put(path.value(), ahead.named(path.value()));
        forget(asideName(path, fresh));
      }
    }
  }

  /// Removes bytes of `root` that lie aside and that no held generation of it needs.
  ///
  /// @param needed checksums that some held generation promises under a name that means other bytes
  void removeAside(RelPath root, Set<Checksum> needed) throws IOException {
    Layout.RootLayout state = layout.root(mirror, root);
    if (!Files.isDirectory(state.held())) {
      return;
    }
    Set<String> names = new HashSet<>();
    needed.forEach(checksum -> names.add(state.held(checksum).getFileName().toString()));
    try (Stream<Path> files = Files.list(state.held())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!names.contains(file.getFileName().toString())) {
          remove(Layout.asideName(Layout.rootName(root), file));
        }
      }
    }
  }

  /// Removes `path` from the tree; the bytes can be fetched again.
  void remove(RelPath path) throws IOException {
    remove(path.value());
  }

  /// Removes a file by the name of its row.
  ///
  /// @return how many bytes it had; 0 if there was none
  /// @throws IOException if the disk fails
  long remove(String name) throws IOException {
    synchronized (lock(name)) {
      Path file = layout.held(mirror, name);
      BasicFileAttributes attributes = FileFacts.of(file);
      if (attributes != null) {
        Files.deleteIfExists(file);
        share.removed(name, attributes.size());
      }
      forget(name);
      removals.incrementAndGet();
      return attributes == null ? 0 : attributes.size();
    }
  }

  /// How many files were removed so far: what is known from before the last removal may be gone.
  long removals() {
    return removals.get();
  }

  /// Whether `path` is a directory of the tree.
  boolean isDirectory(RelPath path) {
    return Files.isDirectory(layout.file(mirror, path));
  }

  /// Makes the directories above `path`. A file that is in the way is what some upstream gave to a
  /// client that asked for the directory by its bare name; it goes.
  ///
  /// @throws IOException if the disk fails
  void makeDirectories(RelPath path) throws IOException {
    Path directory = layout.file(mirror, path).resolveSibling("");
    for (int attempt = 1; ; attempt++) {
      try {
        Files.createDirectories(directory);
        return;
      } catch (FileSystemException e) {
        // Whoever empties the tree may remove one directory while we make the next.
        if (!removeFilesAbove(path) && attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /// @return whether there was one
  private boolean removeFilesAbove(RelPath path) throws IOException {
    boolean removed = false;
    for (RelPath above = path.parent(); !above.isRoot(); above = above.parent()) {
      Path file = layout.file(mirror, above);
      if (Files.isRegularFile(file)) {
        // Not under its lock: whoever calls may hold the one of `path`.
        share.removed(above.value(), Files.size(file));
        Files.deleteIfExists(file);
        forget(above.value());
        removals.incrementAndGet();
        removed = true;
      }
    }
    return removed;
  }

  /// The journal of finished files: syncs the bytes of every file that came in since the last call,
  /// then records them. Called every few seconds and at the end.
  void flush() {
    List<Row> rows = new ArrayList<>();
    for (Row row : List.copyOf(unflushed.values())) {
      try {
        Durable.sync(layout.held(mirror, row.name()));
        rows.add(row);
      } catch (IOException e) {
        // Removed meanwhile, or a failing disk: without a row it is checked before its next use.
        unflushed.remove(row.name(), row);
      }
    }
    if (!rows.isEmpty()) {
      table.put(rows);
      rows.forEach(row -> unflushed.remove(row.name(), row));
    }
  }

  /// Whether the bytes at `path` are known to be what they were checked against.
  boolean isChecked(RelPath path, BasicFileAttributes attributes) {
    Row row = row(path.value());
    return row != null && FileFacts.describes(row, attributes);
  }
}
