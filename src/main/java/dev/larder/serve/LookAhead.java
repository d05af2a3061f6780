package dev.larder.serve;

import dev.larder.repo.Content;
import dev.larder.store.RelPath;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells contents what the requests that wait on one connection will ask for, so that the files a
/// client has asked for all at once come at once, too, although they are answered one by one.
/// FreeBSD's phttpget sends thousands of requests without waiting and gives up on one that is not
/// answered within 15 seconds.
///
/// Each request is told at most once, in order, and at most [Limits#queued()] tellings of a
/// connection run at a time; one that fails or takes for ever costs its place and nothing else.
/// What has begun goes on when the connection ends: the client will come back for it. All state
/// belongs to the connection's event loop.
final class LookAhead {
  private static final Logger log = LoggerFactory.getLogger(LookAhead.class);

  private final Service service;
  private final Routes routes;
  private final ArrayDeque<Request> untold = new ArrayDeque<>();
  private int running;

  LookAhead(Service service, Routes routes) {
    this.service = service;
    this.routes = routes;
  }

  /// `request` waits behind another one.
  void waits(Channel channel, Request request) {
    if (needsWholeFile(request)) {
      untold.add(request);
      tell(channel);
    }
  }

  /// `request` waits no longer; it asks for itself.
  void begins(Request request) {
    if (!untold.isEmpty() && untold.element().equals(request)) {
      untold.remove();
    }
  }

  /// Nothing waits any more.
  void end() {
    untold.clear();
  }

  /// A condition most often ends in a 304, and a range may be a few bytes: neither is worth a file
  /// nobody has asked for yet.
  private static boolean needsWholeFile(Request request) {
    return request.refusal() == null
        && !request.isHead()
        && request.conditions().equals(Conditions.NONE);
  }

  private void tell(Channel channel) {
    while (running < service.limits().queued() && !untold.isEmpty()) {
      Request request = untold.remove();
      InetSocketAddress local = (InetSocketAddress) channel.localAddress();
      if (routes.find(request, local, service.reception()) instanceof Place.Inside inside
          && !inside.directory()
          && !inside.path().isRoot()
          && !service.answering().hasAtHand(inside)
          && service.clients().fills().isShort(request.client().address())
          && service.aheads().tryAcquire()) {
        running++;
        start(channel, inside.content(), inside.path(), request.client().address());
      }
    }
  }

  private void start(Channel channel, Content content, RelPath path, InetAddress client) {
    Thread.ofVirtual()
        .name("ahead")
        .start(() -> {
          try {
            content.ahead(path, client);
          } catch (RuntimeException e) {
            // The request itself will fail or not, and be answered accordingly.
            log.debug("cannot look ahead to {} of {}: {}", path, content.name(), e.toString());
          } finally {
            service.aheads().release();
            ended(channel);
          }
        });
  }

  private void ended(Channel channel) {
    try {
      channel
          .eventLoop()
          .execute(() -> {
            running--;
            tell(channel);
          });
    } catch (RejectedExecutionException e) {
      // The listener is closed, and nothing waits.
    }
  }
}
