package dev.larder.mirror;

import dev.larder.cache.Share;
import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.limits.FillTurns;
import dev.larder.store.Checksum;
import dev.larder.store.FileName;
import dev.larder.store.GrowingFile;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// The fills of one mirror: at most one per file, and no more at once than an upstream likes.
final class Fills implements Closeable {
  /// Connections to upstreams at once; mirrors commonly refuse more than a handful per address.
  private static final int AT_ONCE = 12;

  /// With less than this free, indexes are passed through as well.
  private static final long LEAST = 16L << 20;

  /// How long nothing is stored after the disk refused bytes.
  private static final Duration AFTER_DISK_FAILURE = Duration.ofSeconds(10);

  private final ConcurrentMap<String, Fill> running = new ConcurrentHashMap<>();
  private final Semaphore slots = new Semaphore(AT_ONCE, true);
  private final Upstreams upstreams;
  private final Format format;
  private final Path partials;
  private final FileStore disk;
  private final Share share;
  private final HeldFiles held;
  private final PackageCheck check;
  private final Traffic traffic;
  private final InstantSource clock;
  private final Absences absences;
  private final FillTurns turns;
  private volatile boolean closed;
  private volatile Instant diskFailedAt = Instant.EPOCH;

  /// @param workings of the mirror
  /// @param partials directory for unfinished files
  /// @param check looks at complete files
  /// @throws IOException if it cannot be told on which disk that is
  Fills(Workings workings, Path partials, PackageCheck check) throws IOException {
    this.upstreams = workings.upstreams();
    this.format = workings.format();
    this.partials = partials;
    // To find it takes a look through all mounts, which every fill would have to wait for.
    this.disk = Files.getFileStore(partials);
    this.share = workings.share();
    this.held = workings.held();
    this.check = check;
    this.traffic = workings.traffic();
    this.clock = workings.clock();
    this.absences = new Absences(clock);
    this.turns = workings.turns();
  }

  /// Looks at a complete file before its last bytes are released.
  interface PackageCheck {
    /// Why the file must not be served, or null.
    @Nullable String refusal(FillOrder order, Path file);
  }

  /// Joins the fill of these bytes, starting it if there is none, which may have to wait for the
  /// client's turn.
  ///
  /// @param client who wants it; null if we do
  /// @return the fill, joined: the caller calls [Growth#leave()]
  Fill join(FillOrder order, @Nullable InetAddress client) {
    Fill fill = join(order);
    if (client == null) {
      fill.start().wantedByUs();
    } else {
      fill.start().wantedBy(turns, client);
    }
    return fill;
  }

  private Fill join(FillOrder order) {
    return running.compute(
        order.key(),
        (key, fill) ->
            fill != null && !fill.isBroken() && fill.growth().join() ? fill : start(order));
  }

  /// Whether these bytes are on their way.
  boolean isRunning(FillOrder order) {
    return running.containsKey(order.key());
  }

  private Fill start(FillOrder order) {
    Fill fill = new Fill(order, this);
    fill.growth().join();
    Thread.ofVirtual()
        .name("fill " + order.path())
        .start(() -> {
          if (!fill.start().await(FillTurns.PATIENCE)) {
            fill.refuse();
            return;
          }
          // A package waits for its signature while it holds a slot; so that never waits for one.
          boolean small = format.kind(order.path()) instanceof PathKind.Companion;
          if (!small) {
            slots.acquireUninterruptibly();
          }
          try {
            fill.run();
          } finally {
            fill.start().end();
            if (!small) {
              slots.release();
            }
          }
        });
    return fill;
  }

  /// Which files no upstream had a short while ago.
  Absences absences() {
    return absences;
  }

  void noteAbsent(FillOrder order) {
    absences.note(order.path(), format.kind(order.path()));
  }

  /// Whether upstreams need not be asked for a file: they have just said that they have none, and
  /// no index says otherwise.
  boolean isKnownAbsent(FillOrder order) {
    return switch (format.kind(order.path())) {
      case PathKind.HashNamed _, PathKind.Immutable _, PathKind.Other _ ->
          absences.holds(order.path());
      case PathKind.Index _,
          PathKind.IndexSignature _,
          PathKind.Token _,
          PathKind.PackageFile _,
          PathKind.Companion _ ->
          false;
    };
  }

  /// The right bytes if they are here already, opened; null if they are not, or nobody can tell.
  ///
  /// @throws IOException if the disk fails
  HeldFiles.@Nullable Held found(FillOrder order) throws IOException {
    return order.checked() ? held.find(order.path(), order.promise()) : null;
  }

  void ended(FillOrder order, Fill fill) {
    running.remove(order.key(), fill);
  }

  /// Makes what is under way survive a crash. Called every second and at the end.
  void journal() {
    running.values().forEach(Fill::journal);
  }

  /// Joins nothing any more; waits a little for what is about to finish.
  @Override
  public void close() throws IOException {
    closed = true;
    journal();
  }

  boolean isClosed() {
    return closed;
  }

  List<MirrorReport.FillReport> reports() {
    return running.values().stream().map(Fill::report).toList();
  }

  Upstreams upstreams() {
    return upstreams;
  }

  Traffic traffic() {
    return traffic;
  }

  InstantSource clock() {
    return clock;
  }

  Path partials() {
    return partials;
  }

  boolean plausible(RelPath path, byte[] start) {
    return format.plausible(path, start);
  }

  @Nullable String refusal(FillOrder order, Path file) {
    return check.refusal(order, file);
  }

  FileName keep(FillOrder order, Path file, Checksum sha256, HeldFiles.Upstreamed upstreamed)
      throws IOException {
    return held.name(
        held.keep(order.path(), order.promise(), file, order.aside(), sha256, upstreamed));
  }

  /// The disk has refused bytes. A fill that had begun ends short, and its client asks again: until
  /// then what the fill took is free again, and only this tells that it will not do.
  void diskFailed() {
    diskFailedAt = clock.instant();
  }

  /// Whether the disk has refused bytes a moment ago.
  boolean diskHasJustFailed() {
    return clock.instant().isBefore(diskFailedAt.plus(AFTER_DISK_FAILURE));
  }

  /// What this mirror may take of the disk.
  Share share() {
    return share;
  }

  /// Whether the disk is so full that not even an index should be stored.
  boolean diskIsFull() {
    try {
      return disk.getUsableSpace() < LEAST;
    } catch (IOException e) {
      return true;
    }
  }

  /// Brings a file without a client, for as long as `limit`.
  ///
  /// @return whether it is here
  boolean bring(FillOrder order, Duration limit) throws InterruptedException {
    Fill fill = join(order, null);
    try {
      return fill.growth().awaitEnd(limit) instanceof GrowingFile.State.Complete;
    } finally {
      fill.growth().leave();
    }
  }
}
