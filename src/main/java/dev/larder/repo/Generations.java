package dev.larder.repo;

import dev.larder.store.Durable;
import dev.larder.store.Layout.RootLayout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The generations of one root on disk, and the pointer to the current one. Not thread-safe: the
/// root's refresh lock guards it.
public final class Generations {
  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);
  private static final String DRAFT = ".draft-";

  private final RootLayout layout;

  /// The generations below `layout`.
  public Generations(RootLayout layout) {
    this.layout = layout;
  }

  /// Removes drafts and half of a replacement that a crash left behind. Run once at start, before
  /// anything else.
  ///
  /// @throws IOException if the directory cannot be read
  public void recover() throws IOException {
    if (!Files.isDirectory(layout.generations())) {
      return;
    }
    try (Stream<Path> entries = Files.list(layout.generations())) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        if (entry.getFileName().toString().startsWith(DRAFT)) {
          Durable.deleteTree(entry);
        } else {
          recover(entry);
        }
      }
    }
    Durable.recover(layout.directory());
  }

  private static void recover(Path generation) throws IOException {
    try (Stream<Path> directories = Files.walk(generation).filter(Files::isDirectory)) {
      for (Path directory : (Iterable<Path>) directories::iterator) {
        Durable.recover(directory);
      }
    }
  }

  /// The number the pointer names, or 0 if there is none.
  ///
  /// @throws IOException if it cannot be read
  public long currentNumber() throws IOException {
    try {
      return Long.parseLong(Files.readString(layout.current(), StandardCharsets.UTF_8).strip());
    } catch (NoSuchFileException e) {
      return 0;
    } catch (NumberFormatException e) {
      LOG.warn("{} is damaged; the newest generation that can be read is used", layout.current());
      return Long.MAX_VALUE;
    }
  }

  /// Since when upstreams only offer an older set, or null if they do not. Survives a restart, so
  /// that restarting does not put off the day on which the older set is taken.
  ///
  /// @throws IOException if it cannot be read
  public @Nullable Instant refusedSince() throws IOException {
    try {
      String seconds = Files.readString(layout.refusedSince(), StandardCharsets.UTF_8).strip();
      return Instant.ofEpochSecond(Long.parseLong(seconds));
    } catch (NoSuchFileException | NumberFormatException e) {
      return null;
    }
  }

  /// Notes since when upstreams only offer an older set; null if they do not.
  ///
  /// @throws IOException if it cannot be written
  public void noteRefusedSince(@Nullable Instant since) throws IOException {
    if (since == null) {
      Files.deleteIfExists(layout.refusedSince());
    } else {
      byte[] seconds = (since.getEpochSecond() + "\n").getBytes(StandardCharsets.UTF_8);
      Durable.replace(layout.refusedSince(), seconds);
    }
  }

  /// All generations that can be read, newest first. Damaged ones are removed: nothing of a
  /// mirror's index cannot be fetched again.
  ///
  /// @throws IOException if the directory cannot be read
  public List<Generation> load() throws IOException {
    return load(directory -> {
      LOG.warn("generation {} is damaged and is removed", directory);
      Durable.deleteTree(directory);
    });
  }

  /// What is done about a generation that cannot be read.
  interface Damaged {
    void found(Path directory) throws IOException;
  }

  /// All generations that can be read, newest first.
  ///
  /// @throws IOException if the directory cannot be read
  List<Generation> load(Damaged damaged) throws IOException {
    List<Generation> generations = new ArrayList<>();
    if (!Files.isDirectory(layout.generations())) {
      return generations;
    }
    List<Path> directories;
    try (Stream<Path> entries = Files.list(layout.generations())) {
      directories = entries.toList();
    }
    for (Path directory : directories) {
      String name = directory.getFileName().toString();
      if (name.startsWith(".")) {
        continue;
      }
      try {
        GenerationFiles files = new GenerationFiles(directory);
        List<Member> members = files.readMembers();
        for (Member member : members) {
          if (Files.size(files.index(member.path())) != member.size()) {
            throw new IOException("size of " + member.path() + " is wrong");
          }
        }
        generations.add(new Generation(Long.parseLong(name), files.readOrigin(), files, members));
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("generation {}: {}", directory, e.getMessage());
        damaged.found(directory);
      }
    }
    generations.sort(Comparator.comparingLong(Generation::number).reversed());
    return generations;
  }

  /// The highest number any generation has, readable or not; 0 if there is none.
  ///
  /// @throws IOException if the directory cannot be read
  long highest() throws IOException {
    if (!Files.isDirectory(layout.generations())) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(layout.generations())) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("\\d{1,18}"))
          .mapToLong(Long::parseLong)
          .max()
          .orElse(0);
    }
  }

  /// Starts a new generation.
  public Draft draft() throws IOException {
    String name = DRAFT + Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path directory = layout.generations().resolve(name);
    Durable.makeDirectories(layout.generations());
    Files.createDirectories(directory.resolve("index"));
    Files.createDirectories(directory.resolve("manifest"));
    return new Draft(new GenerationFiles(directory));
  }

  /// Removes the directories of a root that has nothing in them: upstream has shown no set.
  public void removeIfEmpty() {
    try {
      Files.deleteIfExists(layout.generations());
      Files.deleteIfExists(layout.directory());
    } catch (IOException e) {
      // Something is in them after all.
      LOG.trace("{} stays", layout.directory(), e);
    }
  }

  /// Makes `draft` the generation `number`, durable but not yet current.
  ///
  /// @throws IOException if it cannot be made durable; the draft is then still to be discarded
  public Generation commit(Draft draft, long number, Generation.Origin origin) throws IOException {
    for (Map.Entry<Member, Manifest> entry : draft.members.entrySet()) {
      draft.files.write(entry.getKey(), entry.getValue());
    }
    draft.files.writeOrigin(origin);
    Durable.syncTree(draft.files.directory());
    Path target = layout.generations().resolve(Long.toString(number));
    // One that was committed and, for want of space, never selected.
    Durable.deleteTree(target);
    Files.move(draft.files.directory(), target, StandardCopyOption.ATOMIC_MOVE);
    Durable.syncDirectory(layout.generations());
    return new Generation(number, origin, new GenerationFiles(target), draft.members.keySet());
  }

  /// Points at `generation`.
  public void select(Generation generation) throws IOException {
    Durable.replace(
        layout.current(), (generation.number() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Removes a generation that is no longer held.
  public void remove(Generation generation) throws IOException {
    // First in one step out of sight: half a generation would look like a damaged one.
    Path gone = layout.generations().resolve(DRAFT + "gone-" + generation.number());
    Durable.deleteTree(gone);
    Files.move(
        layout.generations().resolve(Long.toString(generation.number())),
        gone,
        StandardCopyOption.ATOMIC_MOVE);
    Durable.syncDirectory(layout.generations());
    Durable.deleteTree(gone);
  }

  /// A generation being made.
  public static final class Draft {
    private final GenerationFiles files;
    private final Map<Member, Manifest> members = new LinkedHashMap<>();

    private Draft(GenerationFiles files) {
      this.files = files;
    }

    /// Where the bytes of the index `path` are to be written; its directory exists.
    public Path file(RelPath path) throws IOException {
      Path file = files.index(path);
      Files.createDirectories(file.resolveSibling(""));
      return file;
    }

    /// Where the indexes below `directory` are to be written; it exists.
    public Path directory(RelPath directory) throws IOException {
      Path place = files.index(directory);
      Files.createDirectories(place);
      return place;
    }

    /// Adds an index whose bytes lie at [#file].
    public void add(Member member, Manifest manifest) {
      members.put(member, manifest);
    }

    /// The members so far.
    public List<Member> members() {
      return List.copyOf(members.keySet());
    }

    /// The member at `path`, or null.
    public @Nullable Member member(RelPath path) {
      return members.keySet().stream()
          .filter(member -> member.path().equals(path))
          .findFirst()
          .orElse(null);
    }

    /// What `member` promises.
    public Manifest manifest(Member member) {
      return members.getOrDefault(member, Manifest.EMPTY);
    }

    /// Serves a member with another time.
    public void redate(Member member, Instant lastModified) {
      Manifest manifest = members.remove(member);
      if (manifest != null) {
        members.put(member.withLastModified(lastModified), manifest);
      }
    }

    /// Removes the draft's files; for a draft that is not committed.
    public void discard() throws IOException {
      Durable.deleteTree(files.directory());
    }
  }
}
