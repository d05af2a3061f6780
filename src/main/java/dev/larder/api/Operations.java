package dev.larder.api;

import dev.larder.cache.CacheReport;
import dev.larder.cache.Cleanup;
import dev.larder.cache.ScrubReport;
import dev.larder.cache.Usage;
import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.repo.Explanation;
import dev.larder.store.RelPath;
import dev.larder.wire.ReloadResult;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the console can ask of the server and tell it to do. Methods are called on virtual threads,
/// several at a time, and may block.
///
/// Methods that take a mirror's name are only called with a name that [#mirror(String)] knows. Any
/// of them may throw [RequestFailed] to be answered with that error; other unchecked exceptions are
/// faults and answered with 500.
public interface Operations {
  /// The server itself, now.
  ServerReport server();

  /// Reads the configuration again and takes it, all of it or nothing.
  ///
  /// @param dry only tells what would be different
  /// @throws RequestFailed with [dev.larder.wire.ErrorCode#INVALID_CONFIGURATION] if it cannot be
  ///   used
  ReloadResult reload(boolean dry);

  /// What was logged so far.
  LogReport logs();

  /// Why packages cannot be served at the moment, in one sentence; null if they can.
  @Nullable String hindrance();

  /// Every mirror, in the order of the configuration.
  List<MirrorReport> mirrors();

  /// The mirror of that name, or null.
  @Nullable MirrorReport mirror(String name);

  /// Asks upstream now.
  ///
  /// @param accept take what upstream offers even if it is older than what is served
  RefreshOutcome refresh(String mirror, boolean accept);

  /// What a client would get there now, and why.
  ///
  /// @throws IOException if the disk cannot be read
  Explanation explain(Place place) throws IOException;

  /// Finds what answers at `location`, or returns null if nothing does.
  ///
  /// @param location as a person would write it: a URL of the package listener or of a listener
  ///   that a mirror or repository has for itself (`http://host:8080/arch/core/os/x86_64/core.db`),
  ///   the path alone (`/arch/core/...`), or a URL below one of a mirror's upstreams
  @Nullable Place resolve(String location);

  /// The files held by a mirror whose paths match, in the order of their paths.
  ///
  /// @param after only paths behind this one, or null to start at the first
  /// @param limit at most so many
  /// @throws IOException if the disk cannot be read
  List<HeldFile> held(String mirror, Glob glob, @Nullable RelPath after, int limit)
      throws IOException;

  /// The directories of a mirror that are kept, in the order of their paths.
  ///
  /// @throws IOException if the disk cannot be read
  List<KeptDirectory> kept(String mirror) throws IOException;

  /// Keeps a directory of a mirror.
  ///
  /// @param directory not the root
  /// @throws IOException if the disk cannot be read or written
  KeptDirectory keep(String mirror, RelPath directory) throws IOException;

  /// No longer keeps a directory of a mirror; returns null if it was not kept.
  ///
  /// @throws IOException if the disk cannot be read or written
  @Nullable KeptDirectory letGo(String mirror, RelPath directory) throws IOException;

  /// Removes the files held by a mirror whose paths match and that are not kept.
  ///
  /// @throws IOException if the disk cannot be read or written
  Removal remove(String mirror, Glob glob) throws IOException;

  /// How the cache stands, from what is counted. Cheap.
  CacheReport cache();

  /// What the data directory takes of the disk, measured now.
  ///
  /// @throws IOException if the disk cannot be read
  Usage usage() throws IOException;

  /// Tidies the cache up.
  ///
  /// @param least at least so many bytes go, if that many may
  /// @param dry only tells what would go
  /// @throws IOException if the disk cannot be read
  Cleanup collect(long least, boolean dry) throws IOException;

  /// Reads files and compares them with what they were.
  ///
  /// @param mirror whose; null for those of all
  /// @throws IOException if the disk cannot be read
  ScrubReport scrub(@Nullable String mirror, Glob glob) throws IOException;

  /// A path of a mirror or repository.
  ///
  /// @param content its name on the package listener: `arch`, `repo/internal`
  /// @param path below it
  record Place(String content, RelPath path) {}

  /// What was removed.
  ///
  /// @param files how many files
  /// @param bytes how many bytes they had
  /// @param kept how many files stayed because they are kept
  record Removal(long files, long bytes, long kept) {}
}
