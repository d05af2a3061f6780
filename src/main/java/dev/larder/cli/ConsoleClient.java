package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// Talks to the console. Every failure becomes a [CommandFailed] with the exit code that fits.
final class ConsoleClient implements Closeable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /// A change that takes the server little work.
  private static final Duration CHANGE = Duration.ofMinutes(5);

  /// Reading a large repository takes hours. This ends only what is forgotten.
  private static final Duration WORK = Duration.ofDays(1);

  /// How long a server looks at a file that it has wholly taken, before it is given up.
  private static final Duration LOOK = Duration.ofHours(1);

  /// From how many bytes on the server is asked whether it wants a file before it is sent. Smaller
  /// ones are sent sooner than it answers.
  private static final long WORTH_ASKING = 1L << 20;

  private static final Duration TICK = Duration.ofSeconds(1);

  private static final long MAX_ANSWER_BYTES = 64L << 20;

  /// What proxies answer by themselves when the server behind them does not.
  private static final Set<Integer> BY_PROXIES = Set.of(502, 503, 504);

  private static final String MAYBE_AT_IT = "it may still be at it, so look before you try again";

  private final HttpClient http;
  private final Destination destination;
  private final Duration answer;
  private final Duration change;

  ConsoleClient(Destination destination) {
    this(destination, ANSWER);
  }

  /// @param answer how long to wait for one that takes the server no work
  ConsoleClient(Destination destination, Duration answer) {
    this(http(destination, answer), destination, answer, CHANGE);
  }

  private ConsoleClient(
      HttpClient http, Destination destination, Duration answer, Duration change) {
    this.http = http;
    this.destination = destination;
    this.answer = answer;
    this.change = change;
  }

  /// The same, for requests that take the server long: it may be at work for a day. Closed with
  /// this one.
  ConsoleClient patient() {
    return new ConsoleClient(http, destination, WORK, WORK);
  }

  private static HttpClient http(Destination destination, Duration answer) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT.compareTo(answer) < 0 ? CONNECT : answer)
            .proxy(HttpClient.Builder.NO_PROXY);
    if (destination.ca() != null) {
      builder.sslContext(Trust.of(destination.ca()));
    }
    return builder.build();
  }

  <T> T get(String path, Class<T> type) {
    return exchange(request(path).timeout(answer).GET(), type);
  }

  /// Asks for what an older server has not.
  ///
  /// @return null if there is nothing at that path
  <T> @Nullable T find(String path, Class<T> type) {
    HttpResponse<byte[]> response = send(authorised(request(path).timeout(answer).GET()).build());
    return response.statusCode() == 404 && isProblem(response) ? null : read(response, type);
  }

  /// @param body null for none
  <T> T post(String path, @Nullable Object body, Class<T> type) {
    return exchange(
        request(path)
            .timeout(change)
            .header("Content-Type", "application/json")
            .POST(
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(Json.bytes(body))),
        type);
  }

  /// Deletes what has no answer but that it is gone.
  void delete(String path) {
    HttpResponse<byte[]> response =
        send(authorised(request(path).timeout(change).DELETE()).build());
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
  }

  <T> T put(String path, Class<T> type) {
    return exchange(request(path).timeout(change).PUT(BodyPublishers.noBody()), type);
  }

  <T> T delete(String path, Class<T> type) {
    return exchange(request(path).timeout(change).DELETE(), type);
  }

  /// Puts a file. It may take as long as it moves: only what stands still is given up.
  ///
  /// A server that refuses a file unread closes the connection, and the refusal can be lost with
  /// what was still on its way. A file that breaks off is therefore sent once more, and now the
  /// server is asked first: then its refusal arrives. Putting the same twice changes nothing.
  ///
  /// @param body begins anew each time it is subscribed to
  /// @param moved how many bytes of the body have left so far
  /// @param tick called about once a second
  void send(
      Upload upload,
      Map<String, String> headers,
      BodyPublisher body,
      LongSupplier moved,
      Runnable tick) {
    HttpRequest.Builder request = authorised(request(upload.path())).PUT(body);
    headers.forEach(request::header);
    boolean asks = body.contentLength() >= WORTH_ASKING;
    HttpResponse<byte[]> response;
    try {
      try {
        response = awaited(put(request, asks), upload, body.contentLength(), moved, tick);
      } catch (IOException e) {
        if (asks || !isBrokenOff(e)) {
          throw e;
        }
        response = awaited(put(request, true), upload, body.contentLength(), moved, tick);
      }
    } catch (IOException e) {
      throw unreachable(e, false);
    }
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
  }

  private CompletableFuture<HttpResponse<byte[]>> put(HttpRequest.Builder request, boolean asks) {
    return http.sendAsync(
        request.copy().expectContinue(asks).build(),
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
  }

  /// Whether there was a connection, and it ended before an answer came.
  private static boolean isBrokenOff(IOException e) {
    return !(e instanceof ConnectException
        || e instanceof HttpTimeoutException
        || e instanceof SSLHandshakeException);
  }

  private HttpResponse<byte[]> awaited(
      CompletableFuture<HttpResponse<byte[]>> sent,
      Upload upload,
      long length,
      LongSupplier moved,
      Runnable tick)
      throws IOException {
    long before = -1;
    Duration still = Duration.ZERO;
    while (true) {
      try {
        return sent.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        tick.run();
        long now = moved.getAsLong();
        still = now == before ? still.plus(TICK) : Duration.ZERO;
        before = now;
        // When all is there the server looks at it.
        if (still.compareTo(now >= length ? LOOK : answer) >= 0) {
          sent.cancel(true);
          throw new CommandFailed(
              ExitCode.UNREACHABLE,
              "%s has taken no more of %s for %d s"
                  .formatted(destination.shown(), Wording.plain(upload.name()), still.toSeconds()),
              "try it again");
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException io) {
          throw io;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        sent.cancel(true);
        Thread.currentThread().interrupt();
        throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
      }
    }
  }

  /// Asks for what is read while it comes, for as long as it comes.
  ///
  /// @param headers further ones
  HttpResponse<InputStream> open(String path, Map<String, String> headers) {
    HttpRequest.Builder request = authorised(request(path).timeout(answer).GET());
    headers.forEach(request::header);
    try {
      HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
      if (response.statusCode() / 100 == 2) {
        return response;
      }
      try (InputStream body = response.body()) {
        throw refused(response, body.readNBytes(1 << 20));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
    } catch (IOException e) {
      throw unreachable(e, false);
    }
  }

  /// Encodes text for a path segment or a query value.
  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(destination.server() + path));
  }

  private <T> T exchange(HttpRequest.Builder request, Class<T> type) {
    return read(send(authorised(request).build()), type);
  }

  private HttpRequest.Builder authorised(HttpRequest.Builder request) {
    // A server may let everybody read; it says so itself if it does not.
    return destination.token() == null
        ? request
        : request.header("Authorization", "Bearer " + destination.token());
  }

  private <T> T read(HttpResponse<byte[]> response, Class<T> type) {
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
    try {
      return Json.response(response.body(), type);
    } catch (IllegalArgumentException e) {
      throw notLarder(e.getMessage(), e);
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return http.send(
          request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
    } catch (IOException e) {
      throw unreachable(e, !request.method().equals("GET"));
    }
  }

  /// @param changing whether the request may have been heeded though no answer came
  private CommandFailed unreachable(IOException e, boolean changing) {
    if (e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException)) {
      return changing
          ? new CommandFailed(
              ExitCode.UNREACHABLE,
              "%s has not answered for %d s".formatted(destination.shown(), change.toSeconds()),
              MAYBE_AT_IT,
              e)
          : new CommandFailed(
              ExitCode.UNREACHABLE,
              "cannot reach %s (it does not answer)".formatted(destination.shown()),
              adviceOn(e),
              e);
    }
    if (changing
        && !hasCause(e, ConnectException.class)
        && !(e instanceof SSLException)
        && !(e instanceof HttpConnectTimeoutException)) {
      return new CommandFailed(
          ExitCode.UNREACHABLE,
          "the connection to %s broke before it answered (%s)"
              .formatted(destination.shown(), reason(e)),
          MAYBE_AT_IT,
          e);
    }
    return new CommandFailed(
        ExitCode.UNREACHABLE,
        "cannot reach %s (%s)".formatted(destination.shown(), reason(e)),
        adviceOn(e),
        e);
  }

  private String adviceOn(IOException e) {
    if (isUntrusted(e)) {
      return "name the authority that signed it: larder login %s%s --ca FILE"
          .formatted(
              destination.server(),
              destination.context() == null ? "" : " --name " + destination.context().name());
    }
    if (e instanceof SSLException) {
      return hasCause(e, CertificateException.class)
          ? "ask it by the name its certificate is for, or have that mended"
          : "check whether it speaks TLS at that port, and which versions";
    }
    boolean here = destination.context() == null && (destination.isLocal() || destination.isHere());
    return here ? "start it with: larder serve" : destination.adviceOnServer();
  }

  private String reason(IOException e) {
    return switch (e) {
      case SSLException _ when isUntrusted(e) ->
          "its certificate is not trusted: %s did not sign it"
              .formatted(
                  destination.ca() == null
                      ? "the authorities that Java knows"
                      : "the authorities in " + destination.ca());
      case SSLException _ when hasCause(e, CertificateException.class) ->
          "its certificate is not right: " + deepest(e, CertificateException.class);
      case SSLException _ -> "TLS failed: " + e.getMessage();
      case HttpConnectTimeoutException _ -> "no connection within " + CONNECT.toSeconds() + " s";
      case ConnectException c when hasCause(c, UnresolvedAddressException.class) -> "unknown host";
      case ConnectException c when c.getMessage() == null -> "connection refused";
      default -> String.valueOf(e.getMessage());
    };
  }

  /// Nobody we trust signed it, rather than that it is wrong in itself or none at all.
  private static boolean isUntrusted(IOException e) {
    return e instanceof SSLException && hasCause(e, CertPathBuilderException.class);
  }

  /// What the innermost cause of that type says.
  private static String deepest(Throwable failure, Class<? extends Throwable> type) {
    String message = "";
    @Nullable Throwable cause = failure;
    while (cause != null) {
      message = type.isInstance(cause) ? String.valueOf(cause.getMessage()) : message;
      cause = cause.getCause();
    }
    return message;
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    @Nullable Throwable cause = failure;
    while (cause != null) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isProblem(HttpResponse<?> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    return type.startsWith(Problem.MEDIA_TYPE);
  }

  private CommandFailed refused(HttpResponse<byte[]> response) {
    return refused(response, response.body());
  }

  private CommandFailed refused(HttpResponse<?> response, byte[] body) {
    if (!isProblem(response) && BY_PROXIES.contains(response.statusCode())) {
      return new CommandFailed(
          ExitCode.UNREACHABLE,
          "the proxy before %s has no answer from it (status %d)"
              .formatted(destination.shown(), response.statusCode()),
          "see that larder serve runs there and that the proxy waits long enough; " + MAYBE_AT_IT);
    }
    if (!isProblem(response)) {
      String type = response.headers().firstValue("Content-Type").orElse("");
      return notLarder(
          "status %d, %s".formatted(response.statusCode(), type.isEmpty() ? "no type" : type),
          null);
    }
    Problem problem;
    try {
      problem = Json.response(body, Problem.class);
    } catch (IllegalArgumentException e) {
      return notLarder(e.getMessage(), e);
    }
    if (response.statusCode() == ErrorCode.UNAUTHENTICATED.status()) {
      return new CommandFailed(
          ExitCode.AUTHENTICATION,
          destination.token() == null
              ? "there is no token for %s: looked at %s"
                  .formatted(destination.shown(), destination.tokenPlace())
              : "%s refused the token from %s: %s"
                  .formatted(
                      destination.shown(),
                      destination.tokenPlace(),
                      Wording.plain(problem.detail())),
          destination.adviceOnToken());
    }
    return new CommandFailed(
        ExitCode.of(ErrorCode.exitCode(problem.code(), response.statusCode())),
        detail(problem),
        problem.advice() == null ? null : Wording.plain(problem.advice()),
        problem.code());
  }

  /// Only what is wrong with a configuration has several lines.
  private static String detail(Problem problem) {
    return problem.code().equals(ErrorCode.INVALID_CONFIGURATION.code())
        ? Wording.plainLines(problem.detail())
        : Wording.plain(problem.detail());
  }

  private CommandFailed notLarder(@Nullable String why, @Nullable Exception cause) {
    String sentence =
        "%s does not answer like Larder's console (%s)"
            .formatted(destination.shown(), Wording.plain(String.valueOf(why)));
    String advice = destination.adviceOnServer();
    return cause == null
        ? new CommandFailed(ExitCode.FAILED, sentence, advice)
        : new CommandFailed(ExitCode.FAILED, sentence, advice, cause);
  }
}
