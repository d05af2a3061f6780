package dev.larder.repo;

import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A snapshot of a root: its index files and what they promise. What is in it never changes; an
/// index that nobody had asked for may be added later, if upstream still shows the same set.
public final class Generation {
  private final long number;
  private final Origin origin;
  private final GenerationFiles files;
  private final ConcurrentHashMap<RelPath, Member> members = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<RelPath, Manifest> manifests = new ConcurrentHashMap<>();

  /// A generation whose files lie in `files`.
  Generation(long number, Origin origin, GenerationFiles files, Collection<Member> members) {
    this.number = number;
    this.origin = origin;
    this.files = files;
    for (Member member : members) {
      this.members.put(member.path(), member);
    }
  }

  /// Where a generation came from.
  ///
  /// @param upstream base URL of the upstream all members are from
  /// @param fetchedAt when
  /// @param time the upstream's own clock for the set, seconds since the epoch; -1 if it has none.
  ///   A set with a smaller time is older.
  /// @param token identifies the set at upstream; empty if the format has no token
  public record Origin(String upstream, Instant fetchedAt, long time, String token) {}

  /// Its number; later ones have greater numbers.
  public long number() {
    return number;
  }

  /// Where it came from.
  public Origin origin() {
    return origin;
  }

  /// The member at `path`, or null.
  public @Nullable Member member(RelPath path) {
    return members.get(path);
  }

  /// All members, sorted by path.
  public List<Member> members() {
    return members.values().stream().sorted(Comparator.comparing(Member::path)).toList();
  }

  /// The file with the bytes of a member.
  public Path file(Member member) {
    return files.index(member.path());
  }

  /// The directory with the index files of `directory`, and with what was put beside them.
  Path directory(RelPath directory) {
    return files.index(directory);
  }

  /// What this generation promises of `path`, or null if none of its indexes names it. An index
  /// names files in its own directory and below.
  ///
  /// @throws UncheckedIOException if a manifest cannot be read
  public @Nullable Expected find(RelPath path) {
    for (Member member : members.values()) {
      if (path.isBelow(member.path().parent())) {
        Expected expected = manifest(member).find(path);
        if (expected != null) {
          return expected;
        }
      }
    }
    return null;
  }

  /// Whether some member names files in `directory` or below.
  public boolean covers(RelPath directory) {
    for (Member member : members.values()) {
      RelPath place = member.path().parent();
      if ((directory.equals(place) || directory.isBelow(place))
          && manifest(member).namesBelow(directory)) {
        return true;
      }
    }
    return false;
  }

  /// What a member promises; loaded on first use.
  ///
  /// @throws UncheckedIOException if it cannot be read
  public Manifest manifest(Member member) {
    return manifests.computeIfAbsent(
        member.path(),
        path -> {
          try {
            return files.readManifest(path);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /// How many paths all members name.
  public long promises() {
    long sum = 0;
    for (Member member : members.values()) {
      sum += manifest(member).size();
    }
    return sum;
  }

  /// Adds an index that was not asked for before. The caller has made sure that it belongs to this
  /// set. Its bytes lie in `file`, which is moved.
  ///
  /// @throws IOException if it cannot be made durable
  public void add(Member member, Manifest manifest, Path file) throws IOException {
    files.addDurably(member, manifest, file);
    members.put(member.path(), member);
  }
}
