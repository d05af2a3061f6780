package dev.larder.repo;

import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.RepositoryFormat;
import dev.larder.repo.Generations.Draft;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes generations of a repository: the indexes of each directory that changed, links to those
/// of the others, and the public keys.
final class GenerationWriter {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationWriter.class);

  /// Milliseconds.
  private static final long LONGEST_WAIT = 2500;

  private final String repository;
  private final RepositoryFormat format;
  private final Generations generations;
  private final Shelves shelves;
  private final PackageTable table;
  private final InstantSource clock;

  GenerationWriter(
      String repository,
      RepositoryFormat format,
      Generations generations,
      Shelves shelves,
      PackageTable table,
      InstantSource clock) {
    this.repository = repository;
    this.format = format;
    this.generations = generations;
    this.shelves = shelves;
    this.table = table;
    this.clock = clock;
  }

  /// What a generation is to be.
  ///
  /// @param number its number
  /// @param packages what it has
  /// @param records of packages that are new, by checksum of their files
  /// @param before the generation before it, or null
  /// @param anew whether to write indexes that seem to be the same, too
  /// @param token what indexes depend on besides packages
  record Task(
      long number,
      Packages packages,
      Map<Checksum, byte[]> records,
      @Nullable Held before,
      boolean anew,
      String token) {}

  /// Writes a generation and makes it durable, but not current.
  ///
  /// @throws IOException if it cannot be written; nothing is left of it then
  Held write(Task task, Signers signers) throws IOException {
    Draft draft = generations.draft();
    try {
      Map<RelPath, Made> made = new TreeMap<>();
      for (Map.Entry<String, PackageList> list : task.packages().lists().entrySet()) {
        String directory = list.getKey();
        if (isSame(task, directory)) {
          takeOver(draft, task, directory);
        } else {
          make(draft, task, directory, signers);
          collect(draft.directory(new RelPath(directory)), new RelPath(directory), made);
        }
      }
      keys(draft, signers, made);
      Instant time = date(task, made);
      for (Map.Entry<RelPath, Made> each : made.entrySet()) {
        add(draft, task, each.getKey(), each.getValue(), time);
      }
      awaitTime(draft);
      Generation.Origin origin =
          new Generation.Origin(
              "", clock.instant().truncatedTo(ChronoUnit.SECONDS), -1, task.token());
      return new Held(generations.commit(draft, task.number(), origin), task.packages());
    } catch (IOException | RuntimeException e) {
      draft.discard();
      throw e;
    }
  }

  /// A file that was made.
  private record Made(long size, Checksum sha256) {}

  private static boolean isSame(Task task, String directory) {
    Held before = task.before();
    return !task.anew()
        && before != null
        && before.indexes(directory) != null
        && before.packages().in(directory).equals(task.packages().in(directory));
  }

  private void make(Draft draft, Task task, String directory, Signers signers) throws IOException {
    RelPath place = new RelPath(directory);
    Held before = task.before();
    format.write(
        new IndexOrder(
            repository,
            directory,
            task.packages().in(directory).entries(),
            contents(task, directory),
            signers,
            before == null ? null : before.indexes(directory),
            draft.directory(place)));
    Durable.write(
        draft.directory(place).resolve(PackageList.FILE), task.packages().in(directory).bytes());
  }

  private IndexOrder.Contents contents(Task task, String directory) {
    return new IndexOrder.Contents() {
      @Override
      public byte[] record(Entry entry) throws IOException {
        byte[] fresh = task.records().get(entry.sha256());
        byte[] known = fresh == null ? table.find(entry.sha256()) : fresh;
        return known == null ? readAgain(directory, entry) : known;
      }

      @Override
      public byte @Nullable [] signature(Entry entry) throws IOException {
        return entry.signature() == null
            ? null
            : Files.readAllBytes(shelves.signature(directory, entry));
      }

      @Override
      public Path file(Entry entry) {
        return shelves.file(directory, entry);
      }
    };
  }

  /// The record of a package whose row is lost.
  byte[] readAgain(String directory, Entry entry) throws IOException {
    Path file = shelves.file(directory, entry);
    var known = format.read(file);
    if (!known.sha256().equals(entry.sha256())) {
      throw new IOException(
          file + " is damaged: it is not the package it was; larder repo verify shows what is");
    }
    table.put(Map.of(known.sha256(), known.bytes()));
    return known.bytes();
  }

  /// Takes the indexes of a directory as they are.
  private static void takeOver(Draft draft, Task task, String directory) throws IOException {
    Held before = task.before();
    Path from = before == null ? null : before.indexes(directory);
    if (before == null || from == null) {
      return;
    }
    RelPath place = new RelPath(directory);
    Path to = draft.directory(place);
    for (Path file : files(from)) {
      Durable.link(file, to.resolve(from.relativize(file)));
    }
    Generation generation = before.generation();
    for (Member member : generation.members()) {
      if (member.path().isBelow(place)) {
        draft.add(member, generation.manifest(member));
      }
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(directory)) {
      walk.filter(Files::isRegularFile).forEach(files::add);
    }
    return files;
  }

  private static void keys(Draft draft, Signers signers, Map<RelPath, Made> made)
      throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    files.put("key.asc", joined(signers.openPgp().stream().map(key -> key.publicKey()).toList()));
    files.put("key.pub", joined(signers.rsa().stream().map(key -> key.publicKey()).toList()));
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      if (each.getValue().length > 0) {
        RelPath path = new RelPath(each.getKey());
        Path file = draft.file(path);
        Durable.write(file, each.getValue());
        made.put(path, made(file));
      }
    }
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static void collect(Path directory, RelPath place, Map<RelPath, Made> made)
      throws IOException {
    // Some are links to others, and a package may be among them: each is read once.
    Map<Object, Made> read = new HashMap<>();
    for (Path file : files(directory)) {
      RelPath path = place.resolve(directory.relativize(file).toString());
      if (!Shelves.isHidden(path) || path.fileName().equals(PackageList.FILE)) {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        Made known = key == null ? null : read.get(key);
        Made now = known == null ? made(file) : known;
        read.put(key == null ? file : key, now);
        made.put(path, now);
      }
    }
  }

  private static Made made(Path file) throws IOException {
    return new Made(Files.size(file), Checksum.sha256(file));
  }

  /// The time of all that was made: of an index and its signature it is one, and it is later than
  /// any they had.
  private Instant date(Task task, Map<RelPath, Made> made) {
    int later = made.keySet().stream().mapToInt(format::secondsLater).max().orElse(0);
    Instant time = clock.instant().truncatedTo(ChronoUnit.SECONDS).minusSeconds(later);
    Held before = task.before();
    for (Map.Entry<RelPath, Made> each : made.entrySet()) {
      Member member = before == null ? null : before.generation().member(each.getKey());
      if (member != null && !member.sha256().equals(each.getValue().sha256())) {
        Instant last = member.lastModified().minusSeconds(format.secondsLater(each.getKey()));
        time = LastModifiedRule.next(time, last, time);
      }
    }
    return time;
  }

  private void add(Draft draft, Task task, RelPath path, Made file, Instant time)
      throws IOException {
    Held before = task.before();
    Member was = before == null ? null : before.generation().member(path);
    Instant dated =
        was != null && was.sha256().equals(file.sha256())
            ? was.lastModified()
            : time.plusSeconds(format.secondsLater(path));
    RelPath directory = path.parent();
    Manifest manifest =
        path.fileName().equals(PackageList.FILE)
            ? task.packages().in(directory.value()).manifest(directory)
            : Manifest.EMPTY;
    draft.add(new Member(path, file.size(), file.sha256(), dated, null, null), manifest);
  }

  /// No Last-Modified may be later than Date (RFC 9110, 8.8.2.1): of several generations within a
  /// second, the later ones wait. Where the clock was put back that would take too long; clients
  /// compare for equality, so that a time to come does not lead them astray.
  private void awaitTime(Draft draft) throws IOException {
    Instant latest =
        draft.members().stream()
            .map(Member::lastModified)
            .max(Instant::compareTo)
            .orElse(Instant.EPOCH);
    long ahead = clock.instant().until(latest, ChronoUnit.MILLIS);
    if (ahead > LONGEST_WAIT) {
      LOG.warn(
          "repository {}: its last indexes are of {}, which is yet to come; is the clock right?",
          repository,
          latest);
      return;
    }
    for (; ahead > 0; ahead = clock.instant().until(latest, ChronoUnit.MILLIS)) {
      try {
        Thread.sleep(ahead);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while a second passes", e);
      }
    }
  }
}
