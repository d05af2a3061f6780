package dev.larder.serve;

import java.util.concurrent.atomic.AtomicInteger;

/// What all connections of a listener share.
///
/// @param answering finds replies
/// @param date the `Date` header
/// @param limits what a client may cost
/// @param isSecure whether connections speak TLS
/// @param connections how many are open
record Service(
    Answering answering,
    HttpDate.Line date,
    Limits limits,
    boolean isSecure,
    AtomicInteger connections) {
  /// Counts a new connection; false if there are too many. Either way it is to be released.
  boolean admit() {
    return connections.incrementAndGet() <= limits.connections();
  }

  /// A connection is closed.
  void release() {
    connections.decrementAndGet();
  }
}
