package dev.larder.wire;

import java.util.List;

/// `POST /api/v1/repositories/{name}/verify`: files that are not what they must be.
///
/// @param repository the repository's name
/// @param damages empty if all is well
public record VerifyReport(String repository, List<Damage> damages) {
  /// Takes a defensive copy.
  public VerifyReport {
    damages = List.copyOf(damages);
  }

  /// A damaged file.
  ///
  /// @param path below the repository
  /// @param what is wrong with it
  /// @param restored whether it is right again
  public record Damage(String path, String what, boolean restored) {}
}
