package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import java.io.Closeable;
import java.io.IOException;
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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Talks to the console. Every failure becomes a [CommandFailed] with the exit code that fits.
final class ConsoleClient implements Closeable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /// A refresh waits for upstreams.
  private static final Duration LONG_ANSWER = Duration.ofMinutes(5);

  private static final Duration TICK = Duration.ofSeconds(1);

  private static final long MAX_ANSWER_BYTES = 64L << 20;

  private final HttpClient http;
  private final Destination destination;
  private final Duration patience;

  ConsoleClient(Destination destination) {
    this(destination, ANSWER);
  }

  /// @param patience how long to wait for an answer that takes the server no work
  ConsoleClient(Destination destination, Duration patience) {
    this.destination = destination;
    this.patience = patience;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT.compareTo(patience) < 0 ? CONNECT : patience)
            .proxy(HttpClient.Builder.NO_PROXY);
    if (destination.ca() != null) {
      builder.sslContext(Trust.of(destination.ca()));
    }
    http = builder.build();
  }

  <T> T get(String path, Class<T> type) {
    return exchange(request(path).timeout(patience).GET(), type);
  }

  /// Asks for what an older server has not.
  ///
  /// @return null if there is nothing at that path
  <T> @Nullable T find(String path, Class<T> type) {
    HttpResponse<byte[]> response = send(authorised(request(path).timeout(patience).GET()).build());
    return response.statusCode() == 404 && isProblem(response) ? null : read(response, type);
  }

  /// @param body null for none
  <T> T post(String path, @Nullable Object body, Class<T> type) {
    return exchange(
        request(path)
            .timeout(LONG_ANSWER)
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
        send(authorised(request(path).timeout(LONG_ANSWER).DELETE()).build());
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
  }

  <T> T put(String path, Class<T> type) {
    return exchange(request(path).timeout(LONG_ANSWER).PUT(BodyPublishers.noBody()), type);
  }

  <T> T delete(String path, Class<T> type) {
    return exchange(request(path).timeout(LONG_ANSWER).DELETE(), type);
  }

  /// Sends a file. It may take as long as it moves: only what stands still is given up.
  ///
  /// @param moved how many bytes of the body have left so far
  /// @param tick called about once a second
  Upload.Result.Sent send(
      Upload upload,
      Map<String, String> headers,
      BodyPublisher body,
      LongSupplier moved,
      Runnable tick) {
    HttpRequest.Builder request =
        authorised(request(upload.path()))
            .method(upload.method(), body)
            .expectContinue(body.contentLength() > 0);
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    HttpResponse<byte[]> response = awaited(answer, upload, body.contentLength(), moved, tick);
    if (response.statusCode() / 100 != 2) {
      throw refused(response);
    }
    return new Upload.Result.Sent(upload, response.statusCode(), response.body());
  }

  private HttpResponse<byte[]> awaited(
      CompletableFuture<HttpResponse<byte[]>> answer,
      Upload upload,
      long length,
      LongSupplier moved,
      Runnable tick) {
    long before = -1;
    Duration still = Duration.ZERO;
    while (true) {
      try {
        return answer.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        tick.run();
        long now = moved.getAsLong();
        still = now == before ? still.plus(TICK) : Duration.ZERO;
        before = now;
        // When all is there the server looks at it.
        if (still.compareTo(now >= length ? LONG_ANSWER : patience) >= 0) {
          answer.cancel(true);
          throw new CommandFailed(
              ExitCode.UNREACHABLE,
              "%s has taken no more of %s for %d s"
                  .formatted(destination.shown(), Wording.plain(upload.name()), still.toSeconds()),
              "try it again");
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException io
            ? unreachable(io)
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        answer.cancel(true);
        Thread.currentThread().interrupt();
        throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
      }
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
    if (destination.token() == null) {
      throw withoutToken();
    }
    return request.header("Authorization", "Bearer " + destination.token());
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

  /// A server that does not run is the better explanation of a token that was never written.
  private CommandFailed withoutToken() {
    send(request("/-/healthy").timeout(patience).GET().build());
    return new CommandFailed(
        ExitCode.AUTHENTICATION,
        "there is no token for %s: looked at %s"
            .formatted(destination.shown(), destination.tokenPlace()),
        destination.adviceOnToken());
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return http.send(
          request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private CommandFailed unreachable(IOException e) {
    return new CommandFailed(
        ExitCode.UNREACHABLE,
        "cannot reach %s (%s)".formatted(destination.shown(), reason(e)),
        adviceOn(e),
        e);
  }

  private String adviceOn(IOException e) {
    if (e instanceof SSLException) {
      return "name the authority that signed its certificate: larder login %s --ca FILE"
          .formatted(destination.server());
    }
    boolean here = destination.context() == null && (destination.isLocal() || destination.isHere());
    return here ? "start it with: larder serve" : destination.adviceOnServer();
  }

  private static String reason(IOException e) {
    return switch (e) {
      case SSLException _ -> "its certificate is not trusted: " + e.getMessage();
      case HttpConnectTimeoutException _ -> "no connection within " + CONNECT.toSeconds() + " s";
      case HttpTimeoutException _ -> "it does not answer";
      case ConnectException c when hasCause(c, UnresolvedAddressException.class) -> "unknown host";
      case ConnectException c when c.getMessage() == null -> "connection refused";
      default -> String.valueOf(e.getMessage());
    };
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
    if (!isProblem(response)) {
      String type = response.headers().firstValue("Content-Type").orElse("");
      return notLarder(
          "status %d, %s".formatted(response.statusCode(), type.isEmpty() ? "no type" : type),
          null);
    }
    Problem problem;
    try {
      problem = Json.response(response.body(), Problem.class);
    } catch (IllegalArgumentException e) {
      return notLarder(e.getMessage(), e);
    }
    if (response.statusCode() == ErrorCode.UNAUTHENTICATED.status()) {
      return new CommandFailed(
          ExitCode.AUTHENTICATION,
          "%s refused the token from %s".formatted(destination.shown(), destination.tokenPlace()),
          destination.adviceOnToken());
    }
    return new CommandFailed(
        ExitCode.of(ErrorCode.exitCode(problem.code(), response.statusCode())),
        Wording.plain(problem.detail()),
        problem.advice() == null ? null : Wording.plain(problem.advice()));
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
