package dev.larder.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A response of a [FaultyUpstream] and how it is to be written: first the right one, then changed
/// by the faults.
final class Response {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private static final Pattern ONE_RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");

  int status = 200;
  final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  byte[] body = new byte[0];
  int from;
  int to;
  boolean head;

  Framing framing = Framing.LENGTH;
  int chunk = 8192;
  long lengthDelta;
  long dieAt = -1;
  boolean reset;
  boolean noAnswer;
  boolean closeAfter;
  long stallAfter = -1;
  final Map<Long, CountDownLatch> holds = new TreeMap<>();
  @Nullable CountDownLatch hold;
  Duration delay = Duration.ZERO;
  Duration headPause = Duration.ZERO;
  int paceBytes;
  Duration pace = Duration.ZERO;

  /// How the end of the body is told.
  enum Framing {
    LENGTH,
    CHUNKED,
    CLOSE
  }

  private Response() {}

  static Response to(SeenRequest request, @Nullable ServedFile file, List<Fault> faults) {
    Response response = new Response();
    response.head = request.method().equals("HEAD");
    response.headers.put("Date", HTTP_DATE.format(Instant.now()));
    response.headers.put("Server", "faulty");
    ServedFile served = file;
    boolean ranges = true;
    boolean conditions = true;
    for (Fault fault : faults) {
      switch (fault) {
        case Fault.OtherBytes(Bytes bytes) ->
            served = ServedFile.of(bytes.raw(), file == null ? Instant.now() : file.lastModified());
        case Fault.IgnoreRange() -> ranges = false;
        case Fault.IgnoreConditions() -> conditions = false;
        default -> {
          // Changes the finished response, below.
        }
      }
    }
    response.fill(request, served, ranges, conditions);
    faults.forEach(response::apply);
    return response;
  }

  private void fill(
      SeenRequest request, @Nullable ServedFile file, boolean ranges, boolean conditions) {
    if (!request.method().equals("GET") && !head) {
      text(405, "method not allowed\n");
    } else if (file == null) {
      text(404, "not found\n");
    } else {
      headers.put("Last-Modified", HTTP_DATE.format(file.lastModified()));
      headers.put("ETag", file.etag());
      headers.put("Accept-Ranges", "bytes");
      headers.put("Content-Type", "application/octet-stream");
      body = file.bytes().raw();
      to = body.length;
      if (conditions && unchanged(request, file)) {
        status = 304;
        headers.remove("Content-Type");
        to = 0;
      } else if (ranges && request.header("range") != null && rangeApplies(request, file)) {
        range(request.header("range"));
      }
    }
  }

  /// RFC 9110 13.2.2: If-None-Match hides If-Modified-Since. Like nginx by default, the time is
  /// compared for equality.
  private static boolean unchanged(SeenRequest request, ServedFile file) {
    String tags = request.header("if-none-match");
    if (tags != null) {
      return tags.strip().equals("*")
          || List.of(tags.replace("W/", "").split("\\s*,\\s*")).contains(file.etag());
    }
    String since = request.header("if-modified-since");
    return since != null && file.lastModified().equals(date(since));
  }

  private static boolean rangeApplies(SeenRequest request, ServedFile file) {
    String condition = request.header("if-range");
    return condition == null
        || condition.equals(file.etag())
        || file.lastModified().equals(date(condition));
  }

  private static @Nullable Instant date(String text) {
    try {
      return Instant.from(HTTP_DATE.parse(text));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private void range(@Nullable String header) {
    Matcher matcher = ONE_RANGE.matcher(header == null ? "" : header.strip());
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      // Malformed, or several ranges: both may be answered by the whole.
      return;
    }
    long size = body.length;
    long first;
    long last = size - 1;
    if (matcher.group(1).isEmpty()) {
      first = Math.max(0, size - Long.parseLong(matcher.group(2)));
    } else {
      first = Long.parseLong(matcher.group(1));
      last = matcher.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(matcher.group(2)));
    }
    if (first > last) {
      text(416, "range not satisfiable\n");
      headers.put("Content-Range", "bytes */" + size);
      return;
    }
    status = 206;
    headers.put("Content-Range", "bytes %d-%d/%d".formatted(first, last, size));
    from = (int) first;
    to = (int) last + 1;
  }

  private void text(int code, String text) {
    status = code;
    headers.keySet().removeAll(List.of("Last-Modified", "ETag", "Accept-Ranges", "Content-Range"));
    headers.put("Content-Type", "text/plain");
    body = text.getBytes(StandardCharsets.UTF_8);
    from = 0;
    to = body.length;
  }

  private void apply(Fault fault) {
    switch (fault) {
      case Fault.DieAt(long bytes, boolean rst) -> {
        dieAt = bytes;
        reset = rst;
      }
      case Fault.NoAnswer(boolean rst) -> {
        noAnswer = true;
        reset = rst;
      }
      case Fault.CloseAfter() -> closeAfter = true;
      case Fault.WrongLength(long delta) -> lengthDelta = delta;
      case Fault.Html() -> {
        text(200, "<!DOCTYPE html>\n<html><body><h1>Welcome to our network</h1></body></html>\n");
        headers.put("Content-Type", "text/html");
      }
      case Fault.CloseDelimited() -> framing = Framing.CLOSE;
      case Fault.Chunked(int size) -> {
        framing = Framing.CHUNKED;
        chunk = size;
      }
      case Fault.Paced(int bytes, Duration every) -> {
        paceBytes = bytes;
        pace = every;
      }
      case Fault.SlowHead(Duration every) -> headPause = every;
      case Fault.StallAfter(long bytes) -> stallAfter = bytes;
      case Fault.HoldAt(long bytes, CountDownLatch release) -> holds.put(bytes, release);
      case Fault.Hold(CountDownLatch release) -> hold = release;
      case Fault.Delay(Duration time) -> delay = time;
      case Fault.Status(int code, Map<String, String> more) -> {
        text(code, "status " + code + "\n");
        headers.putAll(more);
      }
      case Fault.Redirect(int code, String location) -> {
        text(code, "over there\n");
        headers.put("Location", location);
      }
      case Fault.Headers(Map<String, String> more) ->
          more.forEach((name, value) -> {
            if (value.isEmpty()) {
              headers.remove(name);
            } else {
              headers.put(name, value);
            }
          });
      case Fault.OtherBytes _, Fault.IgnoreRange _, Fault.IgnoreConditions _ -> {
        // Applied before.
      }
    }
  }

  /// Whether the connection ends with this response.
  boolean last() {
    return closeAfter || framing == Framing.CLOSE || lengthDelta > 0;
  }

  /// Where the next piece of the body that begins at `sent` ends: at the next fault, or after as
  /// much as is written at once.
  long stopAfter(long sent) {
    long piece = pace.isPositive() ? paceBytes : framing == Framing.CHUNKED ? chunk : 64 * 1024;
    long stop = Math.min(sent + piece, length());
    for (long event : holds.keySet()) {
      stop = event > sent ? Math.min(stop, event) : stop;
    }
    stop = stallAfter > sent ? Math.min(stop, stallAfter) : stop;
    return dieAt > sent ? Math.min(stop, dieAt) : stop;
  }

  /// How many bytes the body has.
  long length() {
    return (long) to - from;
  }

  boolean hasBody() {
    return !head && status != 304 && status != 204;
  }

  /// The bytes of the head, with the empty line.
  byte[] headBytes() {
    Map<String, String> all = new LinkedHashMap<>(headers);
    if (status != 304 && status != 204) {
      switch (framing) {
        case LENGTH -> all.put("Content-Length", Long.toString(length() + lengthDelta));
        case CHUNKED -> all.put("Transfer-Encoding", "chunked");
        case CLOSE -> all.put("Connection", "close");
      }
    }
    StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " As told\r\n");
    all.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
