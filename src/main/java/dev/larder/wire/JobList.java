package dev.larder.wire;

import java.util.List;

/// Work that the server does or has done since it was started.
///
/// @param jobs newest first
public record JobList(List<JobInfo> jobs) {
  /// Takes a defensive copy.
  public JobList {
    jobs = List.copyOf(jobs);
  }
}
