package dev.larder.repo;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A mirror or a hosted repository, as the package listener sees it: a tree that answers for paths.
public interface Content {
  /// Its name, which is its path on a shared listener: `arch`, `repo/internal`.
  String name();

  /// The format's name: `pacman`.
  String format();

  /// Who is served, within what the listener says.
  Admission admission();

  /// Why `path` is not given to anybody, in one sentence for a person who reads the body; null if
  /// it may be asked for. Does not block.
  ///
  /// @param directory whether its listing is asked for
  default @Nullable String refusal(RelPath path, boolean directory) {
    return null;
  }

  /// Finds the answer. Blocks, at most for some seconds: call it on a virtual thread.
  Answer answer(Ask ask);

  /// What a client would get for `path` now, and why. Fetches nothing and changes nothing.
  ///
  /// @throws IOException if the disk cannot be read
  Explanation explain(RelPath path) throws IOException;

  /// `client` will ask for `path` soon: what can be fetched by then is. Blocks as [#answer] does.
  default void ahead(RelPath path, InetAddress client) {}

  /// What we hold and know directly below `directory`, sorted by name; empty if nothing.
  ///
  /// @throws IOException if the disk cannot be read
  List<Entry> list(RelPath directory) throws IOException;

  /// Counts an answer that was sent (or as much of it as the client took).
  ///
  /// @param hit it came from what we hold
  /// @param bytes of body sent
  void sent(boolean hit, long bytes);

  /// A line of a directory listing.
  ///
  /// @param name last segment, without a trailing slash
  /// @param directory whether it is a directory
  /// @param size in bytes, or -1 if not known
  /// @param lastModified or null if not known
  /// @param held whether the bytes are here already
  record Entry(
      String name, boolean directory, long size, @Nullable Instant lastModified, boolean held) {}
}
