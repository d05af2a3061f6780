package dev.larder.api;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server itself: a snapshot.
///
/// @param version Larder's version
/// @param java the Java runtime's version
/// @param startedAt when it started
/// @param data the data directory
/// @param packages base URLs of the package listener as bound, without a trailing slash:
///   `http://127.0.0.1:8080`
/// @param own base URLs at which a mirror or repository alone is served, without a trailing slash,
///   by its name on the package listener: `arch`, `repo/internal`; only those that have such
///   addresses
/// @param publicUrl base URL by which clients reach the package listener, as configured, without a
///   trailing slash; null if it is one of `packages`
/// @param waiting addresses of listeners that this machine does not have now, and that are served
///   as soon as it has: for each a sentence that names it
/// @param freeBytes free disk space at the data directory, in bytes; -1 if it cannot be told
/// @param load of the package listener
public record ServerReport(
    String version,
    String java,
    Instant startedAt,
    Path data,
    List<String> packages,
    Map<String, List<String>> own,
    @Nullable String publicUrl,
    List<String> waiting,
    long freeBytes,
    Load load) {
  /// Takes defensive copies.
  public ServerReport {
    packages = List.copyOf(packages);
    own = Map.copyOf(own);
    waiting = List.copyOf(waiting);
  }

  /// What the package listener has to do.
  ///
  /// @param listeners by address, those among them that a reload has removed
  /// @param refusals what was refused to clients since the start, by a word for the reason
  /// @param clients how many are remembered because of limits
  public record Load(List<Listener> listeners, Map<String, Long> refusals, long clients) {
    /// Takes defensive copies.
    public Load {
      listeners = List.copyOf(listeners);
      refusals = Map.copyOf(refusals);
    }
  }

  /// What one address of the package listener has to do. Counts are since the start.
  ///
  /// @param address as it is configured
  /// @param connections that are open
  /// @param accepted connections
  /// @param sentBytes of bodies
  /// @param responses by status code; none without a response
  public record Listener(
      String address,
      long connections,
      long accepted,
      long sentBytes,
      Map<Integer, Long> responses) {
    /// Takes a defensive copy.
    public Listener {
      responses = Map.copyOf(responses);
    }
  }
}
