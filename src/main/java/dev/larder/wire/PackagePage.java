package dev.larder.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/repositories/{name}/packages`.
///
/// @param packages by directory and name
/// @param next cursor of the next page; absent on the last one
public record PackagePage(List<PackageSummary> packages, @Nullable String next) {
  /// Takes a defensive copy.
  public PackagePage {
    packages = List.copyOf(packages);
  }
}
