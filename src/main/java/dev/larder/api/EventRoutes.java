package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.events.Event;
import dev.larder.events.EventLog;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.EventInfo;
import dev.larder.wire.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream of what happens, as server-sent events (the HTML standard, 9.2). A stream ends after
/// half an hour, so that whoever may no longer read it does not; clients connect again by
/// themselves and go on where they were with `Last-Event-ID`.
final class EventRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(EventRoutes.class);
  private static final String PATH = "/api/v1/events";
  private static final int MOST_STREAMS = 200;

  /// Within the shortest time after which proxies think that nothing will come any more.
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

  private static final Duration LONGEST = Duration.ofMinutes(30);

  private final EventLog events;
  private final InstantSource clock;
  private final Semaphore streams = new Semaphore(MOST_STREAMS);

  EventRoutes(EventLog events, InstantSource clock) {
    this.events = events;
    this.clock = clock;
  }

  void register(Routing routing) {
    routing.get(PATH, this::stream, Requirement.read());
  }

  /// What a stream shows.
  ///
  /// @param grant of whoever asks
  /// @param repository only events of this one; null for all
  /// @param types only those; empty for all
  private record Wanted(Grant grant, @Nullable String repository, List<String> types) {
    boolean has(Event event) {
      if (event.type().equals(Event.RESET)) {
        return true;
      }
      return grant.allows(Verb.READ, event.repository())
          && (repository == null || repository.equals(event.repository()))
          && (types.isEmpty() || types.contains(event.type()));
    }
  }

  private void stream(Context context) throws IOException {
    String header = context.header("Last-Event-ID");
    String after = header == null ? context.queryParam("last-event-id") : header;
    Wanted wanted =
        new Wanted(
            Gate.principal(context).grant(),
            context.queryParam("repository"),
            context.queryParams("type"));
    if (!streams.tryAcquire()) {
      throw new RequestFailed(
          ErrorCode.CONFLICT,
          "%d others follow already".formatted(MOST_STREAMS),
          "try again when one of them has left");
    }
    try {
      // nginx would hold events back until it has some kilobytes.
      context.contentType("text/event-stream").header("X-Accel-Buffering", "no");
      send(context.res().getOutputStream(), events.follow(after), wanted);
    } catch (IOException e) {
      LOG.debug("a follower left: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      streams.release();
    }
  }

  private void send(OutputStream out, EventLog.Follower follower, Wanted wanted)
      throws IOException, InterruptedException {
    Instant end = clock.instant().plus(LONGEST);
    // Whoever is cut off before the first event still knows where to go on.
    out.write("retry: 2000\nid: %s\n\n".formatted(follower.position()).getBytes(UTF_8));
    out.flush();
    while (!events.isClosed() && clock.instant().isBefore(end)) {
      Event event = follower.next(SIGN_OF_LIFE);
      if (event == null) {
        out.write(":\n\n".getBytes(UTF_8));
        out.flush();
      } else if (wanted.has(event)) {
        out.write("id: %s\nevent: %s\ndata: ".formatted(event.id(), event.type()).getBytes(UTF_8));
        out.write(
            Json.bytes(
                new EventInfo(
                    event.id(), event.at(), event.type(), event.repository(), event.data())));
        out.write("\n\n".getBytes(UTF_8));
        out.flush();
      }
    }
  }
}
