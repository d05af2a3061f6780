package dev.larder.wire;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The server itself.
///
/// @param version Larder's version
/// @param java the Java runtime's version
/// @param startedAt when it started
/// @param data the data directory
/// @param packages base URLs of the package listener, without a trailing slash
/// @param own base URLs at which a mirror or repository alone is served, by its name on the package
///   listener: `arch`, `repo/internal`; only those that have such addresses
/// @param publicUrl base URL by which clients reach the package listener, as configured, without a
///   trailing slash; null if it is one of `packages`
/// @param waiting addresses of listeners that the machine does not have now, and that are served as
///   soon as it has: for each a sentence that names it
/// @param freeBytes free disk space at the data directory, in bytes
public record ServerInfo(
    String version,
    String java,
    Instant startedAt,
    String data,
    List<String> packages,
    Map<String, List<String>> own,
    @Nullable String publicUrl,
    List<String> waiting,
    long freeBytes) {
  /// Takes defensive copies.
  public ServerInfo {
    packages = List.copyOf(packages);
    own = Collections.unmodifiableMap(new TreeMap<>(own));
    waiting = List.copyOf(waiting);
  }
}
