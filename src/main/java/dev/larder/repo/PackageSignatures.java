package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signs packages that are in the tree already. Changes nothing there: new signatures are given to
/// whoever places them.
final class PackageSignatures {
  private static final Logger LOG = LoggerFactory.getLogger(PackageSignatures.class);

  private final String repository;
  private final Shelves shelves;
  private final Incoming incoming;

  PackageSignatures(String repository, Shelves shelves, Incoming incoming) {
    this.repository = repository;
    this.shelves = shelves;
    this.incoming = incoming;
  }

  /// The same packages, those that are wanted with signatures by the present key.
  ///
  /// @param fresh takes the new signatures by their paths
  Packages of(Packages packages, Change.Sign which, Map<RelPath, byte[]> fresh) throws IOException {
    return each(
        packages,
        fresh,
        (directory, entry) ->
            switch (which) {
              case NOTHING -> false;
              case UNSIGNED -> entry.signature() == null;
              case BROKEN -> isBroken(directory, entry);
              case ALL -> true;
            });
  }

  /// The same packages: those that `present` has, too, with the signatures they have there, the
  /// others with new ones.
  Packages likeThoseOf(Packages present, Packages packages, Map<RelPath, byte[]> fresh)
      throws IOException {
    Packages after = packages;
    for (Map.Entry<String, PackageList> list : packages.lists().entrySet()) {
      PackageList there = present.in(list.getKey());
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : list.getValue().entries()) {
        Entry same = there.find(entry.name());
        entries.add(same != null && same.sha256().equals(entry.sha256()) ? same : entry);
      }
      after = after.with(list.getKey(), new PackageList(entries));
    }
    return each(
        after,
        fresh,
        (directory, entry) -> {
          Entry same = present.in(directory).find(entry.name());
          return same == null || !same.sha256().equals(entry.sha256());
        });
  }

  private interface Wanted {
    boolean test(String directory, Entry entry) throws IOException;
  }

  private Packages each(Packages packages, Map<RelPath, byte[]> fresh, Wanted wanted)
      throws IOException {
    Packages after = packages;
    // One package for all architectures is one file with several names.
    Map<Checksum, byte[]> made = new HashMap<>();
    for (Map.Entry<String, PackageList> list : packages.lists().entrySet()) {
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : list.getValue().entries()) {
        entries.add(
            wanted.test(list.getKey(), entry) ? signed(list.getKey(), entry, made, fresh) : entry);
      }
      after = after.with(list.getKey(), new PackageList(entries));
    }
    return after;
  }

  private boolean isBroken(String directory, Entry entry) throws IOException {
    Checksum signature = entry.signature();
    Path file = shelves.signature(directory, entry);
    return signature != null
        && (!Files.exists(file) || !Checksum.sha256(Files.readAllBytes(file)).equals(signature));
  }

  private Entry signed(
      String directory, Entry entry, Map<Checksum, byte[]> made, Map<RelPath, byte[]> fresh)
      throws IOException {
    byte[] signature = made.get(entry.sha256());
    if (signature == null) {
      signature = sign(directory, entry);
    }
    if (signature == null) {
      return entry;
    }
    made.put(entry.sha256(), signature);
    RelPath path = new RelPath(directory).resolve(entry.path() + PackageList.SIGNATURE);
    fresh.put(path, signature);
    return new Entry(
        entry.name(),
        entry.version(),
        entry.path(),
        entry.size(),
        entry.sha256(),
        Checksum.sha256(signature));
  }

  /// A new signature; null if there is to be none, or if the file is not what it must be: nobody
  /// vouches for that.
  private byte @Nullable [] sign(String directory, Entry entry) throws IOException {
    Path file = shelves.file(directory, entry);
    try {
      if (!incoming.signs() || !Checksum.sha256(file).equals(entry.sha256())) {
        warnUnlessUnsigned(file);
        return null;
      }
      return incoming.signature(file);
    } catch (NoSuchFileException e) {
      warnUnlessUnsigned(file);
      return null;
    }
  }

  private void warnUnlessUnsigned(Path file) throws IOException {
    if (incoming.signs()) {
      LOG.warn(
          "repository {}: {} is damaged and is not signed; larder repo verify {} shows all that is",
          repository,
          file,
          repository);
    }
  }
}
