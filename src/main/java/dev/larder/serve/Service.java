package dev.larder.serve;

import dev.larder.limits.ClientLimits;
import dev.larder.log.AccessLog;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Semaphore;

/// What all connections of a listener share, whichever address they are made to.
///
/// @param answering finds replies
/// @param date the `Date` header
/// @param reception who is served, and as whom
/// @param limits how long a connection may take
/// @param isSecure whether connections speak TLS
/// @param clients what clients use and may use
/// @param pages room for large pages
/// @param unread what clients have sent of requests that are not finished, or not answered
/// @param unsent what was written and clients have not taken; that of files is not in memory, but
///   for TLS
/// @param aheads room for contents that are told of waiting requests, of all connections together
/// @param log told of every request
record Service(
    Answering answering,
    HttpDate.Line date,
    Reception reception,
    Limits limits,
    boolean isSecure,
    ClientLimits clients,
    PageRoom pages,
    Backlog unread,
    Backlog unsent,
    Semaphore aheads,
    AccessLog log) {
  /// Enough for a dozen of machines that upgrade at once; what finds no room is not looked ahead
  /// to.
  static final int MOST_AHEADS = 512;

  /// A request on a connection that `from` has made.
  Request read(HttpRequest request, Client from) {
    Client client = reception.proxies().client(from, request.headers());
    Request asked = Request.of(request, client == null ? from : client);
    Place.Closed closed = reception.closed(client);
    if (closed == null) {
      return asked;
    }
    clients.refusals().count(closed.reason(), asked.client().address());
    return asked.refused(new Request.Refusal(closed.code(), closed.why(), closed.close()));
  }

  /// Takes room for a page; negative if there is none. While clients are slow to take what is
  /// written, small ones need it, too.
  int room(Payload payload) {
    return payload instanceof Payload.Memory(byte[] page)
        ? pages.take(page.length, unsent.piece(PageRoom.SMALL))
        : 0;
  }

  /// The same for connections that are still to come.
  Service with(Reception other, boolean secure) {
    return new Service(
        answering, date, other, limits, secure, clients, pages, unread, unsent, aheads, log);
  }
}
