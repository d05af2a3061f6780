package dev.larder.serve;

import java.time.Duration;

/// How long a connection may take. Tests use shorter times.
///
/// @param queued requests read ahead on one connection before reading stops
/// @param header from the first byte of a request to the end of its header
/// @param idle between requests on a kept connection
/// @param stalled how long a client may take no byte while some wait for it
/// @param linger how long input is drained after our last byte, so that a close never turns into a
///   reset that destroys what the client has not read yet (RFC 9112 section 9.6)
record Limits(int queued, Duration header, Duration idle, Duration stalled, Duration linger) {
  static final int MAX_LINE = 8 * 1024;
  static final int MAX_HEADER = 16 * 1024;

  static final Limits DEFAULT =
      new Limits(
          32,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(2));

  /// How often a connection is looked at: fine enough that no limit is overshot by more than a
  /// quarter.
  Duration tick() {
    Duration shortest = header.compareTo(idle) < 0 ? header : idle;
    shortest = shortest.compareTo(stalled) < 0 ? shortest : stalled;
    return shortest.dividedBy(4);
  }
}
