package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/cache`: what mirrors may take of the disk, and what the data directory takes,
/// measured as du(1) does.
///
/// @param maxBytes what all mirrors together may take
/// @param minFreeBytes what stays free on the file system
/// @param freeBytes what is free there; -1 if that cannot be told
/// @param diskBytes size of the file system; -1 if that cannot be told
/// @param mirrors each of them, in the order of the configuration
/// @param repositories files and state of all repositories of our own
/// @param database the database
/// @param other all else
/// @param total the whole data directory
public record CacheInfo(
    long maxBytes,
    long minFreeBytes,
    long freeBytes,
    long diskBytes,
    List<Mirror> mirrors,
    Part repositories,
    Part database,
    Part other,
    Part total) {
  /// Takes a defensive copy.
  public CacheInfo {
    mirrors = List.copyOf(mirrors);
  }

  /// So many files and bytes.
  ///
  /// @param files how many
  /// @param bytes they take of the disk
  public record Part(long files, long bytes) {}

  /// A mirror.
  ///
  /// @param name its name
  /// @param limitBytes what it may take
  /// @param files that clients can ask for
  /// @param aside files of superseded indexes whose names now mean other bytes
  /// @param indexes of the current and the held generations
  /// @param partial unfinished files
  /// @param quarantine damaged files that were put aside
  public record Mirror(
      String name,
      long limitBytes,
      Part files,
      Part aside,
      Part indexes,
      Part partial,
      Part quarantine) {}
}
