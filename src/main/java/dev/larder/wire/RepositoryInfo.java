package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/repositories/{name}`: a repository of our own.
///
/// @param name its name
/// @param format its format: `pacman`, `freebsd-pkg`
/// @param directories one for each kind of machine: `x86_64`, `FreeBSD:15:amd64`
/// @param paths where it answers on the package listener, `/repo/NAME/` first
/// @param keys names of the keys it is signed with; empty if it is not signed
/// @param signedBy fingerprints of these keys
/// @param signature what clients check: `openpgp`, `fingerprints`, `pubkey`, `none`
/// @param trouble why the keys cannot be used; absent if they can
/// @param configured whether it stands in the configuration file, which alone can change it then
/// @param generation the number of the current generation
/// @param changedAt when that was made
/// @param packages how many it has, those in several directories once for each
/// @param bytes these packages take
/// @param requests answers given since the server started
/// @param bytesSent body bytes sent since then
public record RepositoryInfo(
    String name,
    String format,
    List<String> directories,
    List<String> paths,
    List<String> keys,
    List<String> signedBy,
    String signature,
    @Nullable String trouble,
    boolean configured,
    long generation,
    Instant changedAt,
    int packages,
    long bytes,
    long requests,
    long bytesSent) {
  /// Takes defensive copies.
  public RepositoryInfo {
    directories = List.copyOf(directories);
    paths = List.copyOf(paths);
    keys = List.copyOf(keys);
    signedBy = List.copyOf(signedBy);
  }
}
