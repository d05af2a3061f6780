package dev.larder.serve;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import dev.larder.repo.Representation;
import dev.larder.serve.Preconditions.Decision;
import dev.larder.serve.Reply.Framing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns answers and decisions into replies.
final class Replies {
  private static final Payload NOTHING = new Payload.Nothing();

  private Replies() {}

  /// One line of text.
  static Reply text(Request request, int code, String why) {
    return text(request, code, why, null, Map.of());
  }

  /// One line of text with more headers.
  ///
  /// @param status how the answer was found; null if no content was asked
  static Reply text(
      Request request,
      int code,
      String why,
      @Nullable CacheStatus status,
      Map<String, String> headers) {
    Head head = Head.of(code).with("Content-Type", "text/plain; charset=utf-8").cacheStatus(status);
    headers.forEach(head::with);
    byte[] line =
        (why.replaceAll("\\p{Cntrl}", " ").strip() + "\n").getBytes(StandardCharsets.UTF_8);
    return document(request, code, head, line).foundBy(status);
  }

  /// A page of ours.
  static Reply page(Request request, String contentType, byte[] body) {
    Head head =
        Head.of(200)
            .with("Content-Type", contentType)
            .with("Cache-Control", "no-store")
            .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            .with("X-Content-Type-Options", "nosniff");
    return document(request, 200, head, body);
  }

  private static Reply document(Request request, int code, Head head, byte[] body) {
    head.length(body.length);
    Payload payload = request.isHead() ? NOTHING : new Payload.Memory(body);
    return new Reply(code, head.bytes(), payload, Framing.LENGTH, -1, false, null);
  }

  /// There is no room for a page.
  static Reply noRoom(Request request) {
    String why = "Too many large pages are on their way; try again soon.";
    return text(request, 503, why, null, Map.of("Retry-After", "5")).closing();
  }

  /// What a refused request gets.
  static Reply refused(Request request, Request.Refusal refusal) {
    Map<String, String> headers =
        switch (refusal.code()) {
          case 405 -> Map.of("Allow", "GET, HEAD");
          case 429, 503 -> Map.of("Retry-After", "5");
          default -> Map.of();
        };
    Reply reply = text(request, refusal.code(), refusal.why(), null, headers);
    return refusal.close() ? reply.closing() : reply;
  }

  /// A redirect within this server.
  ///
  /// @param location starts with a slash, percent-encoded
  static Reply moved(Request request, int code, String location, @Nullable CacheStatus status) {
    return text(request, code, "It is at " + location, status, Map.of("Location", location));
  }

  /// What a path that exists gets, whether its body comes from memory, disk or upstream.
  ///
  /// @param found representation and how it was found
  /// @param body what is sent if the decision calls for a body; null if the content gave none
  static Reply found(
      Request request, Place.Inside place, Found found, Decision decision, @Nullable Source body) {
    Representation is = found.representation();
    Reply.Tally tally = new Reply.Tally(place.content(), found.status().hit());
    Reply reply =
        switch (decision) {
          case Decision.NotModified() -> {
            byte[] head = notModifiedHead(found);
            yield new Reply(304, head, NOTHING, Framing.LENGTH, found.confirmedAt(), false, tally);
          }
          case Decision.Failed() -> {
            String why = "A precondition is false.";
            yield text(request, 412, why, found.status(), Map.of()).countedBy(tally);
          }
          case Decision.Unsatisfiable() -> {
            Map<String, String> range = Map.of("Content-Range", "bytes */" + is.size());
            String why = "The file has no such bytes.";
            yield text(request, 416, why, found.status(), range).countedBy(tally);
          }
          case Decision.Part(long from, long to) -> {
            Head head = Head.of(206).length(to - from + 1);
            String size = is.size() < 0 ? "*" : Long.toString(is.size());
            head.with("Content-Range", "bytes " + from + "-" + to + "/" + size);
            byte[] bytes = complete(head, found, place);
            Payload payload = body == null ? NOTHING : body.payload(from, to + 1);
            yield new Reply(206, bytes, payload, Framing.LENGTH, found.confirmedAt(), false, tally);
          }
          case Decision.Whole() -> whole(request, place, found, body, tally);
        };
    return reply.foundBy(found.status());
  }

  private static Reply whole(
      Request request, Place.Inside place, Found found, @Nullable Source body, Reply.Tally tally) {
    long size = found.representation().size();
    Payload payload = body == null || request.isHead() ? NOTHING : body.payload(0, size);
    Framing framing = Framing.LENGTH;
    if (size < 0 && !request.isHead()) {
      framing = request.http11() ? Framing.CHUNKED : Framing.CLOSE;
    }
    Head head = Head.of(200).length(size);
    if (framing == Framing.CHUNKED) {
      head.with("Transfer-Encoding", "chunked");
    }
    byte[] bytes = complete(head, found, place);
    boolean close = framing == Framing.CLOSE;
    return new Reply(200, bytes, payload, framing, found.confirmedAt(), close, tally);
  }

  /// The header of a whole body of known length, to be kept.
  static byte[] wholeHead(Place.Inside place, Found found) {
    return complete(Head.of(200).length(found.representation().size()), found, place);
  }

  /// The header of a 304, to be kept.
  static byte[] notModifiedHead(Found found) {
    return Head.of(304).validators(found.representation()).cacheStatus(found.status()).bytes();
  }

  private static byte[] complete(Head head, Found found, Place.Inside place) {
    return head.representation(found.representation(), place.path().fileName())
        .cacheStatus(found.status())
        .bytes();
  }

  /// What headers say of an answer.
  ///
  /// @param confirmedAt as [Answer.Validity#confirmedAt()]
  record Found(Representation representation, CacheStatus status, long confirmedAt) {
    static Found of(Answer.Found answer) {
      return new Found(answer.representation(), answer.status(), answer.validity().confirmedAt());
    }

    Found withSize(long size) {
      Representation is = representation;
      Representation sized = new Representation(size, is.lastModified(), is.etag(), is.checksum());
      return new Found(sized, status, confirmedAt);
    }
  }

  /// Makes the body of an answer, once its part is decided.
  interface Source {
    /// The payload of the bytes from `from` up to, not including, `end`; -1 for the end.
    Payload payload(long from, long end);
  }

  /// Whether `decision` calls for bytes of the body.
  static boolean wantsBody(Request request, Decision decision) {
    return switch (decision) {
      case Decision.Whole(), Decision.Part(_, _) -> !request.isHead();
      case Decision.NotModified(), Decision.Failed(), Decision.Unsatisfiable() -> false;
    };
  }

  /// A content that answered in no way its contract allows.
  static Reply broken(Request request, Content content) {
    String why = "Something went wrong in " + content.name() + "; the server's log has more.";
    return text(request, 500, why);
  }
}
