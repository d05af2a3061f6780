package dev.larder.serve;

import dev.larder.limits.Refusals;
import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import dev.larder.serve.Preconditions.Decision;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers requests for paths of contents: at once from the hot cache, on the event loop; or by
/// asking the content, on a virtual thread.
final class Answering {
  private static final Logger log = LoggerFactory.getLogger(Answering.class);

  private final HotCache hot;
  private final Pages pages;
  private final HttpDate.Line date;
  private final PageRoom room;
  private final Refusals refusals;

  Answering(HotCache hot, Pages pages, HttpDate.Line date, PageRoom room, Refusals refusals) {
    this.room = room;
    this.refusals = refusals;
    this.hot = hot;
    this.pages = pages;
    this.date = date;
  }

  /// The reply if it can be given without asking, else null. Does not block.
  @Nullable Reply atOnce(Request request, Place.Inside place) {
    if (place.directory()) {
      return null;
    }
    HotCache.Entry entry = hot.get(place.content(), place.path().value());
    if (entry == null) {
      return null;
    }
    entry.answer().validity().given(request.client().address());
    Representation is = entry.answer().representation();
    Decision decision =
        Preconditions.decide(request.conditions(), request.isHead(), is, date.now());
    long confirmedAt = entry.answer().validity().confirmedAt();
    Reply.Tally tally = new Reply.Tally(place.content(), true);
    CacheStatus status = entry.answer().status();
    if (decision instanceof Decision.NotModified) {
      Payload none = new Payload.Nothing();
      byte[] head = entry.notModified();
      return new Reply(304, head, none, Reply.Framing.LENGTH, confirmedAt, false, tally, status);
    }
    boolean wanted = Replies.wantsBody(request, decision);
    if (decision instanceof Decision.Whole
        && wanted
        && entry.body() instanceof HotCache.Body.Memory(byte[] bytes)) {
      Payload body = new Payload.Shared(bytes, 0, bytes.length);
      byte[] head = entry.whole();
      return new Reply(200, head, body, Reply.Framing.LENGTH, confirmedAt, false, tally, status);
    }
    Replies.Found found = Replies.Found.of(entry.answer());
    if (!wanted) {
      return Replies.found(request, place, found, decision, null);
    }
    return switch (entry.body()) {
      case HotCache.Body.None() -> null;
      case HotCache.Body.Memory(byte[] bytes) ->
          Replies.found(request, place, found, decision, (from, end) -> part(bytes, from, end));
      // An eviction on another thread may have closed it a moment ago.
      case HotCache.Body.File(OpenFile file) when !file.retain() -> null;
      case HotCache.Body.File(OpenFile file) -> {
        FileSource source = new FileSource.Complete(file);
        yield Replies.found(
            request, place, found, decision, (from, end) -> new Payload.File(source, from, end));
      }
    };
  }

  /// Whether [#atOnce] would most likely have a reply. Does not block.
  boolean hasAtHand(Place.Inside place) {
    return hot.get(place.content(), place.path().value()) != null;
  }

  private static Payload part(byte[] bytes, long from, long end) {
    return new Payload.Shared(bytes, (int) from, (int) end);
  }

  /// Asks on a thread of its own and takes the reply back to the event loop of `channel`. There is
  /// none if that thread dies of an error; then the channel is closed, since its client must not
  /// wait for ever.
  ///
  /// @param asked how the client has come here, for pages
  /// @param then takes the reply over, on the event loop
  void askAside(
      Channel channel,
      Request request,
      Place place,
      Reception reception,
      Reception.Asked asked,
      Consumer<Reply> then) {
    Thread.ofVirtual()
        .name("ask")
        .start(() -> {
          Reply reply = null;
          try {
            reply = ask(request, place, reception, asked);
          } finally {
            handOver(channel, reply, then);
          }
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // closing
  private static void handOver(Channel channel, @Nullable Reply reply, Consumer<Reply> then) {
    if (reply == null) {
      channel.close();
      return;
    }
    try {
      channel.eventLoop().execute(() -> then.accept(reply));
    } catch (RejectedExecutionException e) {
      reply.payload().drop();
    }
  }

  /// The reply, whatever it takes. Blocks; never throws.
  ///
  /// @param reception what the client may see of it
  /// @param asked how the client has come here, for pages
  Reply ask(Request request, Place place, Reception reception, Reception.Asked asked) {
    try {
      return switch (place) {
        case Place.Front() -> page(request, () -> pages.front(request, asked, reception));
        case Place.Closed closed -> Replies.text(request, closed.code(), closed.why());
        case Place.Nowhere(int code, String why) -> Replies.text(request, code, why);
        case Place.Inside inside ->
            inside.directory()
                ? page(request, () -> list(request, inside))
                : file(request, inside, reception.pathBefore(request.client()));
      };
    } catch (IOException | RuntimeException e) {
      // The root of a request's thread: nobody above could answer the client.
      log.error("cannot answer {} {}", request.method(), request.target(), e);
      return Replies.text(request, 500, "Something went wrong here; the server's log has more.");
    }
  }

  /// Makes a page.
  private interface Maker {
    Reply make() throws IOException;
  }

  private Reply page(Request request, Maker maker) throws IOException {
    if (!room.make()) {
      refusals.count(Refusals.Reason.PAGES, request.client().address());
      return Replies.noRoom(request);
    }
    try {
      return maker.make();
    } finally {
      room.made();
    }
  }

  private Reply list(Request request, Place.Inside place) throws IOException {
    Reply listing = pages.listing(request, place);
    return listing != null ? listing : Replies.text(request, 404, "There is no such directory.");
  }

  private Reply file(Request request, Place.Inside place, String pathBefore) throws IOException {
    if (place.path().isRoot()) {
      return redirectToDirectory(request, place, pathBefore);
    }
    ContentAsk ask = new ContentAsk(request, place.path(), request.client().address(), date.now());
    return switch (place.content().answer(ask)) {
      case Answer.Found found -> found(request, place, found, ask);
      case Answer.Moved moved -> {
        String location = pathBefore + Target.encode(place.prefix()) + moved.location();
        yield Replies.moved(request, 302, location, moved.status());
      }
      case Answer.Absent(String why, var status) ->
          place.content().list(place.path()).isEmpty()
              ? Replies.text(request, 404, why, status, Map.of())
              : redirectToDirectory(request, place, pathBefore);
      case Answer.Unavailable no -> {
        if (no.code() == 429) {
          refusals.count(Refusals.Reason.FILLS, request.client().address());
        }
        String seconds = Long.toString(Math.max(1, no.retryAfter().toSeconds()));
        yield Replies.text(
            request, no.code(), no.why(), no.status(), Map.of("Retry-After", seconds));
      }
    };
  }

  private static Reply redirectToDirectory(Request request, Place.Inside place, String pathBefore) {
    String below = place.path().isRoot() ? "" : place.path().value() + "/";
    return Replies.moved(request, 301, pathBefore + Target.encode(place.prefix() + below), null);
  }

  private Reply found(Request request, Place.Inside place, Answer.Found answer, ContentAsk ask) {
    boolean handedOver = false;
    try {
      keep(place, answer);
      Decision decision = ask.decision(answer);
      Replies.Found found = Replies.Found.of(answer);
      if (!Replies.wantsBody(request, decision)) {
        return Replies.found(request, place, found, decision, null);
      }
      if (answer.body() instanceof Answer.Body.None) {
        log.error("{} found {} but gave no body", place.content().name(), place.path());
        return Replies.broken(request, place.content());
      }
      if (answer.body() instanceof Answer.Body.Passing(Answer.Passage passage)) {
        Reply reply = passing(request, place, found, decision, passage);
        handedOver = reply.payload() instanceof Payload.Passing;
        return reply;
      }
      handedOver = true;
      return Replies.found(
          request, place, found, decision, (from, end) -> payload(answer.body(), from, end));
    } finally {
      if (!handedOver) {
        payload(answer.body(), 0, 0).drop();
      }
    }
  }

  /// Keeping is a favour to later requests: when it fails, this one is answered all the same.
  private void keep(Place.Inside place, Answer.Found answer) {
    try {
      hot.keep(place, answer);
    } catch (IOException e) {
      log.warn("cannot keep {} of {}: {}", place.path(), place.content().name(), e.toString());
    }
  }

  private static Reply passing(
      Request request,
      Place.Inside place,
      Replies.Found found,
      Decision decision,
      Answer.Passage passage) {
    long promised =
        switch (decision) {
          case Decision.Part(long from, long to) -> to - from + 1;
          case Decision.Whole() -> found.representation().size();
          case Decision.NotModified(), Decision.Failed(), Decision.Unsatisfiable() -> 0;
        };
    if (promised >= 0 && passage.length() >= 0 && promised != passage.length()) {
      return Replies.text(request, 502, "Upstream sends another length than it said.");
    }
    // A whole body of which only the connection to upstream knows the length.
    long length = promised < 0 ? passage.length() : promised;
    return Replies.found(
        request,
        place,
        decision instanceof Decision.Whole ? found.withSize(length) : found,
        decision,
        (from, end) -> new Payload.Passing(passage, length));
  }

  private static Payload payload(Answer.Body body, long from, long end) {
    return switch (body) {
      case Answer.Body.None() -> new Payload.Nothing();
      case Answer.Body.Stored(OpenFile file) ->
          new Payload.File(new FileSource.Complete(file), from, end < 0 ? file.size() : end);
      case Answer.Body.Growing(var file) ->
          new Payload.File(new FileSource.Growing(file), from, end);
      case Answer.Body.Passing(Answer.Passage passage) -> new Payload.Passing(passage, 0);
    };
  }

  /// A request as a content sees it. Remembers what it decided, since the bytes that pass through
  /// are those of that decision.
  private static final class ContentAsk implements Ask {
    private final Request request;
    private final RelPath path;
    private final InetAddress client;
    private final long now;
    private volatile @Nullable Decision decided;

    ContentAsk(Request request, RelPath path, InetAddress client, long now) {
      this.request = request;
      this.path = path;
      this.client = client;
      this.now = now;
    }

    @Override
    public RelPath path() {
      return path;
    }

    @Override
    public InetAddress client() {
      return client;
    }

    @Override
    public Want want(Representation representation) {
      Decision decision = decide(representation);
      decided = decision;
      return switch (decision) {
        case Decision.Whole() when request.isHead() -> new Want.Nothing();
        case Decision.Whole() -> new Want.Bytes(0, -1);
        case Decision.Part(long from, long to) -> new Want.Bytes(from, to);
        case Decision.NotModified(), Decision.Failed(), Decision.Unsatisfiable() ->
            new Want.Nothing();
      };
    }

    private Decision decide(Representation representation) {
      return Preconditions.decide(request.conditions(), request.isHead(), representation, now);
    }

    /// The decision for `answer`: what was wanted, where the bytes depend on it; otherwise what
    /// fits its representation, of which more may be known by now.
    Decision decision(Answer.Found answer) {
      Decision wanted = decided;
      return wanted != null
              && (answer.body() instanceof Answer.Body.Passing
                  || answer.body() instanceof Answer.Body.None)
          ? wanted
          : decide(answer.representation());
    }
  }
}
