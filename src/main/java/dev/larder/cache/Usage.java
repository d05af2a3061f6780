package dev.larder.cache;

import java.util.List;

/// What the data directory takes of the disk, measured as du(1) does: whole blocks, directories
/// too, a file with several names once.
///
/// @param mirrors each of them
/// @param repositories files and state of all repositories of our own
/// @param database the database
/// @param other all else: keys, tokens, what belongs to no mirror or repository any more
/// @param total the sum
public record Usage(
    List<OfMirror> mirrors, Part repositories, Part database, Part other, Part total) {
  /// Takes a defensive copy.
  public Usage {
    mirrors = List.copyOf(mirrors);
  }

  /// So many files and bytes.
  public record Part(long files, long bytes) {}

  /// A mirror.
  ///
  /// @param mirror its name
  /// @param files that clients can ask for
  /// @param aside files of superseded indexes whose names now mean other bytes
  /// @param indexes of the current and the held generations
  /// @param partial unfinished files
  /// @param quarantine damaged files that were put aside
  public record OfMirror(
      String mirror, Part files, Part aside, Part indexes, Part partial, Part quarantine) {}
}
