package dev.larder.format;

import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the indexes of one directory are to be written from.
///
/// @param repository the repository's name
/// @param directory what the packages in it are for: `x86_64`, `FreeBSD:15:amd64`
/// @param entries sorted by the bytes of their names; a name occurs once
/// @param contents more about the entries, loaded as it is needed
/// @param signers what signs
/// @param previous the directory this wrote its last indexes into, to take from it what is still
///   true; null if there is none. Only read
/// @param output an empty directory that takes the indexes; files and directories in it are
///   published under their names, but for those that begin with a dot: they are kept for the next
///   time only
public record IndexOrder(
    String repository,
    String directory,
    List<Entry> entries,
    Contents contents,
    Signers signers,
    @Nullable Path previous,
    Path output) {
  /// Takes a defensive copy.
  public IndexOrder {
    entries = List.copyOf(entries);
  }

  /// A package of the directory.
  ///
  /// @param name of the package
  /// @param version whole
  /// @param path of the file below the directory
  /// @param size of the file in bytes
  /// @param sha256 of the file
  /// @param signature of the detached signature beside the file, or null if there is none
  public record Entry(
      String name,
      String version,
      String path,
      long size,
      Checksum sha256,
      @Nullable Checksum signature) {}

  /// Loads what is known of entries.
  public interface Contents {
    /// [PackageRecord#bytes()] of an entry.
    ///
    /// @throws IOException if it cannot be read
    byte[] record(Entry entry) throws IOException;

    /// The bytes of the detached signature beside an entry; null if there is none.
    ///
    /// @throws IOException if it cannot be read
    byte @Nullable [] signature(Entry entry) throws IOException;

    /// The file of an entry, for links to it.
    Path file(Entry entry);
  }
}
