package dev.larder.format;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Knowledge of one repository kind. Stateless; every method is a pure function of its arguments.
public interface Format {
  /// The name used in the configuration: `pacman`.
  String name();

  /// What `path` is.
  PathKind kind(RelPath path);

  /// The root `path` belongs to: the directory whose indexes move together; [RelPath#ROOT] if the
  /// whole mirror is one, or if `path` belongs to none.
  RelPath rootOf(RelPath path);

  /// The indexes of `root` that clients need together, in the order in which they are fetched; they
  /// are brought whenever any index of the root is. Those upstream does not have are done without.
  /// Empty if every index stands for itself.
  default List<RelPath> core(RelPath root) {
    return List.of();
  }

  /// The index whose validators stand for the whole set of `root`: while upstream confirms it,
  /// nothing else is asked. The first of [#core]; null if the format has a token, or if every index
  /// stands for itself.
  default @Nullable RelPath leader(RelPath root) {
    return null;
  }

  /// The index that names the same packages as `index` in another form; null if none does. Of a set
  /// that has both, they must agree.
  default @Nullable RelPath alternateOf(RelPath index) {
    return null;
  }

  /// The index a client has fetched just before `index` and with which it must be of one
  /// generation, whatever is published in between; null if there is none.
  default @Nullable RelPath pairedWith(RelPath index) {
    return null;
  }

  /// By how many seconds `index` is dated after the leader of its root, for clients that compare
  /// the times of two indexes; empty if it has a time of its own.
  default OptionalInt secondsAfterLeader(RelPath index) {
    return OptionalInt.empty();
  }

  /// Looks at a fetched set as a whole before it is served.
  ///
  /// @return the set's own clock: a set with a smaller one is older; empty if it states none
  /// @throws InvalidIndex if its members do not belong together
  /// @throws IOException if a member cannot be read
  default OptionalLong examine(RelPath root, IndexSet set) throws IOException {
    return OptionalLong.empty();
  }

  /// What is wrong with the complete bytes of a file of which nothing promises a checksum, or null.
  ///
  /// @param bytes not closed
  /// @throws IOException if `bytes` cannot be read
  default @Nullable String fault(RelPath path, InputStream bytes) throws IOException {
    return null;
  }

  /// The file whose change announces a new index set, or null if the format has none.
  default @Nullable RelPath token() {
    return null;
  }

  /// The time (seconds since the epoch) a token's bytes state; empty if they state none. A set with
  /// an earlier time than ours is older than ours.
  default OptionalLong tokenTime(byte[] token) {
    return OptionalLong.empty();
  }

  /// The indexes that may name the package `path`, the likeliest first; at most a handful.
  ///
  /// @param mirror the mirror's name: custom repositories are often called like it
  List<RelPath> indexesOf(RelPath path, String mirror);

  /// Where the detached signature of `index` lies; null if the format has none.
  default @Nullable RelPath signatureOf(RelPath index) {
    return null;
  }

  /// The name of the package in `path` without version and architecture, for the working set; null
  /// if `path` is not a package's.
  @Nullable String packageName(RelPath path);

  /// Whether `index` names packages (a pacman `files` database names the same ones again and only
  /// has to be well-formed).
  boolean namesPackages(RelPath index);

  /// Reads an index to its end and hands every promise it makes to `promises`.
  ///
  /// @param index its path; promised paths are relative to the same root
  /// @param bytes as served; not closed
  /// @throws InvalidIndex if it is not a well-formed index
  /// @throws IOException if `bytes` cannot be read
  void read(RelPath index, InputStream bytes, Promises promises) throws IOException;

  /// The largest size in bytes a client accepts for `path`; -1 if it has no limit.
  long maxSize(RelPath path);

  /// Whether `start`, the first bytes of a file (up to 512), can be the start of `path`. The check
  /// that keeps an error page from being served as a package where no checksum is known.
  boolean plausible(RelPath path, byte[] start);

  /// The members of a fetched set.
  interface IndexSet {
    /// Whether the set has `index`.
    boolean has(RelPath index);

    /// Opens a member; the caller closes it.
    ///
    /// @throws IOException if it is none, or cannot be read
    InputStream open(RelPath index) throws IOException;
  }

  /// Receives what an index promises.
  interface Promises {
    /// `path` exists and has these bytes.
    void promise(RelPath path, dev.larder.store.Expected expected);
  }
}
