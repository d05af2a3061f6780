package dev.larder.repo;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A repository in figures.
///
/// @param settings what it was made from
/// @param generation the number of the current one
/// @param changedAt when that was made
/// @param packages how many it has, those in several directories once for each
/// @param bytes the files of these packages take
/// @param signedBy fingerprints of its keys; empty if it is not signed
/// @param trouble why its keys cannot be used, or null if they can
/// @param requests answered since the start
/// @param bytesSent since the start
public record RepositoryReport(
    RepositorySettings settings,
    long generation,
    Instant changedAt,
    int packages,
    long bytes,
    List<String> signedBy,
    @Nullable String trouble,
    long requests,
    long bytesSent) {
  /// Takes a defensive copy.
  public RepositoryReport {
    signedBy = List.copyOf(signedBy);
  }
}
