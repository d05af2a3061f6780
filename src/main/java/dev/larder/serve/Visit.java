package dev.larder.serve;

import dev.larder.log.AccessEntry;
import dev.larder.log.AccessLog;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// One request on its way, as the access log will tell of it. On the event loop only.
final class Visit {
  private final AccessLog log;
  private final InetAddress client;
  private final AccessEntry.Asked asked; // cut to what the log takes
  private final long begunAt = System.nanoTime();
  private @Nullable Content content;
  private @Nullable Reply reply;

  private Visit(AccessLog log, Request request) {
    this.log = log;
    client = request.client().address();
    asked =
        new AccessEntry.Asked(
            request.method(),
            request.target(),
            request.http11() ? "HTTP/1.1" : "HTTP/1.0",
            request.agent());
  }

  /// Begins one; null if nothing is to be told of it.
  static @Nullable Visit begin(AccessLog log, Request request) {
    return log.isOn() ? new Visit(log, request) : null;
  }

  /// Where the request leads.
  void at(Place found) {
    content =
        switch (found) {
          case Place.Inside inside -> inside.content();
          case Place.Closed closed -> closed.content();
          case Place.Front _, Place.Nowhere _ -> null;
        };
  }

  /// The response begins.
  void answered(Reply with) {
    reply = with;
  }

  /// The response has ended, or its client has left.
  ///
  /// @param bytes of the body that were sent
  /// @param complete whether those are all
  void end(long bytes, boolean complete) {
    Reply answer = reply;
    CacheStatus status = answer == null ? null : answer.status();
    int code = answer == null ? 0 : answer.code();
    log.add(
        new AccessEntry(
            System.currentTimeMillis(),
            client,
            asked,
            code,
            bytes,
            System.nanoTime() - begunAt,
            complete,
            new AccessEntry.Found(
                content == null ? null : content.name(),
                verdict(code, status),
                status == null ? null : status.upstream())));
  }

  /// How it was found, in a word.
  static String verdict(int code, @Nullable CacheStatus status) {
    if (status == null) {
      return code == 0 ? "left" : code >= 500 ? "error" : code >= 400 ? "refused" : "page";
    }
    if (status.collapsed()) {
      return "joined";
    }
    String forward = status.forward();
    boolean asked = forward != null && !(forward.equals("bypass") && status.forwardStatus() == 0);
    if (code >= 500 && !asked) {
      return "error"; // no upstream has to do with it
    }
    if (forward == null) {
      return status.detail().contains("upstream-down") ? "stale" : "hit";
    }
    return switch (forward) {
      case "uri-miss" -> "miss";
      case "stale" -> "refreshed";
      default -> forward;
    };
  }
}
