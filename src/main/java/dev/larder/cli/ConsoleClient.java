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
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Talks to the console. Every failure becomes a [CommandFailed] with the exit code that fits.
final class ConsoleClient implements Closeable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /// A refresh waits for upstreams.
  private static final Duration LONG_ANSWER = Duration.ofMinutes(5);

  private static final long MAX_ANSWER_BYTES = 64L << 20;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();
  private final Destination destination;

  ConsoleClient(Destination destination) {
    this.destination = destination;
  }

  <T> T get(String path, Class<T> type) {
    return exchange(request(path).timeout(ANSWER).GET(), type);
  }

  <T> T post(String path, Object body, Class<T> type) {
    return exchange(
        request(path)
            .timeout(LONG_ANSWER)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.bytes(body))),
        type);
  }

  <T> T put(String path, Class<T> type) {
    return exchange(request(path).timeout(LONG_ANSWER).PUT(BodyPublishers.noBody()), type);
  }

  <T> T delete(String path, Class<T> type) {
    return exchange(request(path).timeout(LONG_ANSWER).DELETE(), type);
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
    if (destination.token() == null) {
      throw withoutToken();
    }
    HttpResponse<byte[]> response =
        send(request.header("Authorization", "Bearer " + destination.token()).build());
    if (response.statusCode() != 200) {
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
    send(request("/-/healthy").timeout(ANSWER).GET().build());
    return new CommandFailed(
        ExitCode.AUTHENTICATION,
        "there is no token for %s: looked at %s"
            .formatted(destination.server(), destination.tokenPlace()),
        "name the file cli.token in the server's data directory with --token-file");
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return http.send(
          request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.UNREACHABLE,
          "cannot reach %s (%s)".formatted(destination.server(), reason(e)),
          destination.isLocal() ? "start it with: larder serve" : "check --server",
          e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
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

  private CommandFailed refused(HttpResponse<byte[]> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (!type.startsWith(Problem.MEDIA_TYPE)) {
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
          "%s refused the token from %s".formatted(destination.server(), destination.tokenPlace()),
          "name the file cli.token in the server's data directory with --token-file");
    }
    return new CommandFailed(
        ExitCode.of(ErrorCode.exitCode(problem.code(), response.statusCode())),
        Wording.plain(problem.detail()),
        problem.advice() == null ? null : Wording.plain(problem.advice()));
  }

  private CommandFailed notLarder(@Nullable String why, @Nullable Exception cause) {
    String sentence =
        "%s does not answer like Larder's console (%s)"
            .formatted(destination.server(), Wording.plain(String.valueOf(why)));
    return cause == null
        ? new CommandFailed(ExitCode.FAILED, sentence, "check --server")
        : new CommandFailed(ExitCode.FAILED, sentence, "check --server", cause);
  }
}
