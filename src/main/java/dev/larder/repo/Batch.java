package dev.larder.repo;

import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// Uploads to a repository that become one generation, or none. Several can be under way at a time,
/// and several files of one; nothing of it is seen before [#commit].
public final class Batch implements Closeable {
  private final Repository repository;
  private final Incoming incoming;
  private final String id;
  private final Path place;
  private final Syncing syncing;
  private final AtomicInteger files = new AtomicInteger();
  private final List<Staged> staged = new ArrayList<>();

  /// Files come in beside each other; the end comes when none is on its way.
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

  private boolean ended;

  Batch(Repository repository, Incoming incoming, String id) throws IOException {
    this.repository = repository;
    this.incoming = incoming;
    this.id = id;
    this.place = incoming.batch(id);
    this.syncing = incoming.syncing();
  }

  /// Names it among the batches of its repository.
  public String id() {
    return id;
  }

  /// Takes a package: writes, reads and signs it. It is durable when the batch is committed.
  ///
  /// @param original the name it was uploaded under
  /// @param bytes read to their end, not closed
  /// @param promised what their checksum must be, or null
  /// @return what it is
  /// @throws dev.larder.format.InvalidPackage if it is no package that can be hosted
  /// @throws IOException if it cannot be read or written
  public PackageInfo put(String original, InputStream bytes, @Nullable Checksum promised)
      throws IOException {
    if (!use.readLock().tryLock()) {
      throw busy();
    }
    try {
      Staged taken = incoming.take(open(), nextName(), original, bytes, promised, syncing);
      add(taken);
      return taken.packageRecord().info();
    } finally {
      use.readLock().unlock();
    }
  }

  private static Refused busy() {
    return new Refused(
        Refused.Reason.CONFLICT,
        List.of(
            "a file of this batch is still on its way, or it is being committed; wait for that"));
  }

  /// Where its files go as long as it has not ended.
  private Path open() throws Refused {
    if (ended) {
      throw new Refused(
          Refused.Reason.CONFLICT,
          List.of("this batch was committed or given up; begin another one"));
    }
    return place;
  }

  /// A name in [#place] that nothing has yet.
  String nextName() {
    return Integer.toString(files.incrementAndGet());
  }

  /// Where its files lie.
  Path place() {
    return place;
  }

  /// Takes a file that lies in [#place] and is synced, and of which all is known.
  void stage(Path file, String original, PackageRecord known) throws IOException {
    add(incoming.stage(file, original, known, syncing));
  }

  /// Takes a package that lies in [#place].
  void take(Path file, String original) throws IOException {
    Durable.sync(file);
    add(incoming.stage(file, original));
  }

  private void add(Staged taken) {
    synchronized (staged) {
      staged.add(taken);
    }
  }

  /// The packages so far.
  public List<PackageInfo> packages() {
    synchronized (staged) {
      return staged.stream().map(each -> each.packageRecord().info()).toList();
    }
  }

  /// Makes it the repository's next generation.
  ///
  /// @param downgrade whether an older version may take the place of a newer one
  /// @param onConflict what to do about the same version with other bytes; null for what the
  ///   repository's settings say
  /// @throws Refused with a sentence for each package that cannot be taken; the batch stays
  /// @throws IOException if the disk fails; the repository is what it was
  public Repository.Done commit(boolean downgrade, @Nullable OnConflict onConflict)
      throws IOException {
    if (!use.writeLock().tryLock()) {
      throw busy();
    }
    try {
      open();
      List<Staged> all;
      synchronized (staged) {
        all = List.copyOf(staged);
      }
      if (all.isEmpty()) {
        throw new Refused(Refused.Reason.UNFIT, List.of("there is nothing in this batch"));
      }
      syncing.await();
      Repository.Done done = repository.add(all, downgrade, onConflict);
      ended = true;
      return done;
    } finally {
      use.writeLock().unlock();
    }
  }

  /// Removes what is left of it; waits for files on their way.
  @Override
  public void close() throws IOException {
    use.writeLock().lock();
    try {
      ended = true;
      incoming.discard(id);
    } finally {
      use.writeLock().unlock();
    }
  }
}
