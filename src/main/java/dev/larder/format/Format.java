package dev.larder.format;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Knowledge of one repository kind. Stateless; every method is a pure function of its arguments.
public interface Format {
  /// The name used in the configuration: `pacman`.
  String name();

  /// What `path` is.
  PathKind kind(RelPath path);

  /// The file whose change announces a new index set, or null if the format has none.
  @Nullable RelPath token();

  /// The time (seconds since the epoch) a token's bytes state; empty if they state none. A set with
  /// an earlier time than ours is older than ours.
  OptionalLong tokenTime(byte[] token);

  /// The indexes that may name the package `path`, the likeliest first; at most a handful.
  ///
  /// @param mirror the mirror's name: custom repositories are often called like it
  List<RelPath> indexesOf(RelPath path, String mirror);

  /// Where the detached signature of `index` lies; null if the format has none.
  @Nullable RelPath signatureOf(RelPath index);

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

  /// Receives what an index promises.
  interface Promises {
    /// `path` exists and has these bytes.
    void promise(RelPath path, dev.larder.store.Expected expected);
  }
}
