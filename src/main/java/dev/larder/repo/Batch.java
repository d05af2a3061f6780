package dev.larder.repo;

import dev.larder.format.PackageInfo;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.store.Checksum;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Uploads to a repository that become one generation, or none. Several can be under way at a time,
/// and several files of one; nothing of it is seen before [#commit].
public final class Batch implements Closeable {
  private final Repository repository;
  private final Incoming incoming;
  private final String id;
  private final Path place;
  private final AtomicInteger files = new AtomicInteger();
  private final List<Staged> staged = new ArrayList<>();

  Batch(Repository repository, Incoming incoming, String id) throws IOException {
    this.repository = repository;
    this.incoming = incoming;
    this.id = id;
    this.place = incoming.batch(id);
  }

  /// Names it among the batches of its repository.
  public String id() {
    return id;
  }

  /// Takes a package: writes, reads and signs it.
  ///
  /// @param original the name it was uploaded under
  /// @param bytes read to their end, not closed
  /// @param promised what their checksum must be, or null
  /// @return what it is
  /// @throws dev.larder.format.InvalidPackage if it is no package that can be hosted
  /// @throws IOException if it cannot be read or written
  public PackageInfo put(String original, InputStream bytes, @Nullable Checksum promised)
      throws IOException {
    Staged taken = incoming.take(place, nextName(), original, bytes, promised);
    add(taken);
    return taken.packageRecord().info();
  }

  /// A name in [#place] that nothing has yet.
  String nextName() {
    return Integer.toString(files.incrementAndGet());
  }

  /// Where its files lie.
  Path place() {
    return place;
  }

  /// Takes a file that lies in [#place] and is synced.
  void stage(Path file, String original) throws IOException {
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
    List<Staged> all;
    synchronized (staged) {
      all = List.copyOf(staged);
    }
    if (all.isEmpty()) {
      throw new Refused(Refused.Reason.UNFIT, List.of("there is nothing in this batch"));
    }
    return repository.add(all, downgrade, onConflict);
  }

  /// Removes what is left of it.
  @Override
  public void close() throws IOException {
    incoming.discard(id);
  }
}
