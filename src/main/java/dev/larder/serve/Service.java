package dev.larder.serve;

import dev.larder.log.AccessLog;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// What all connections of a listener share.
///
/// @param answering finds replies
/// @param date the `Date` header
/// @param admission who is served
/// @param limits what a client may cost
/// @param isSecure whether connections speak TLS
/// @param connections how many are open
/// @param responses counts what is answered
/// @param aheads room for contents that are told of waiting requests, of all connections together
/// @param log told of every request
record Service(
    Answering answering,
    HttpDate.Line date,
    Admission admission,
    Limits limits,
    boolean isSecure,
    AtomicInteger connections,
    Responses responses,
    Semaphore aheads,
    AccessLog log) {
  /// Enough for a dozen of machines that upgrade at once; what finds no room is not looked ahead
  /// to.
  static final int MOST_AHEADS = 512;

  /// The same for connections that are still to come.
  Service with(Admission other, boolean secure) {
    return new Service(answering, date, other, limits, secure, connections, responses, aheads, log);
  }

  /// Counts a new connection; false if there are too many. Either way it is to be released.
  boolean admit() {
    return connections.incrementAndGet() <= limits.connections();
  }

  /// A connection is closed.
  void release() {
    connections.decrementAndGet();
  }
}
