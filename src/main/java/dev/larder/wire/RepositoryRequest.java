package dev.larder.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/repositories`: what the table `[repo.NAME]` of the configuration can
/// say. What is absent has the default it has there.
///
/// @param name its name
/// @param format `pacman` or `freebsd-pkg`
/// @param directories architectures or ABIs
/// @param paths further paths of the package listener
/// @param sign names of keys; empty for an unsigned repository, absent for a key of its own
/// @param compat version of repo-add
/// @param signature `fingerprints` or `pubkey`
/// @param onConflict `refuse` or `bump`
/// @param keep versions of each package
/// @param heldGenerations generations
/// @param maxSize bytes, like `20GiB`
public record RepositoryRequest(
    String name,
    String format,
    @Nullable List<String> directories,
    @Nullable List<String> paths,
    @Nullable List<String> sign,
    @Nullable String compat,
    @Nullable String signature,
    @Nullable String onConflict,
    @Nullable Integer keep,
    @Nullable Integer heldGenerations,
    @Nullable String maxSize) {
  /// Takes defensive copies.
  public RepositoryRequest {
    directories = directories == null ? null : List.copyOf(directories);
    paths = paths == null ? null : List.copyOf(paths);
    sign = sign == null ? null : List.copyOf(sign);
  }
}
