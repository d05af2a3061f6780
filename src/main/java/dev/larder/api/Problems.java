package dev.larder.api;

import dev.larder.format.InvalidPackage;
import dev.larder.repo.Refused;
import dev.larder.sign.KeyRefused;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where a failure becomes an HTTP answer: RFC 9457 problems, whoever failed. Faults
/// of ours are logged with a request id that the answer carries; everything else is the client's
/// business and not logged.
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /// The methods of HTTP that Javalin may name in a 405, from which `Allow` is made.
  private static final String METHODS = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|QUERY";

  /// Answers a request whose route threw `failure`.
  void answer(Exception failure, Context context) {
    if (failure instanceof HttpResponseException e && e.getStatus() == 405) {
      context.header("Allow", allowed(e));
    }
    Problem problem = of(failure, context.method() + " " + context.path());
    Gate.failed(context, problem.code());
    if (problem.status() == ErrorCode.UNAUTHENTICATED.status()) {
      context.header("WWW-Authenticate", "Bearer realm=\"larder\"");
    }
    context.status(problem.status()).contentType(Problem.MEDIA_TYPE).result(Json.bytes(problem));
  }

  /// Answers a request whose route threw an `Error`, which Javalin keeps apart from exceptions.
  void answer(HttpServletResponse response, Error failure) {
    Problem problem = internal(failure, "a request");
    try {
      response.setStatus(problem.status());
      response.setContentType(Problem.MEDIA_TYPE);
      response.getOutputStream().write(Json.bytes(problem));
    } catch (IOException e) {
      LOG.debug("the client left before its error was written", e);
    }
  }

  /// Answers a request that Jetty refused before it reached a route: not HTTP, headers too large.
  boolean answer(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Problem problem =
        status >= 500
            ? internal(
                new IllegalStateException("Jetty failed with " + status, cause(request)),
                String.valueOf(request.getHttpURI()))
            : new Problem(
                "about:blank",
                "Bad request",
                status,
                "the request is not acceptable HTTP",
                ErrorCode.BAD_REQUEST.code(),
                null,
                null);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    response.write(true, ByteBuffer.wrap(Json.bytes(problem)), callback);
    return true;
  }

  private static @Nullable Throwable cause(Request request) {
    return request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable t ? t : null;
  }

  /// What a failure is told as.
  ///
  /// @param request which one failed, for the log
  static Problem of(Exception failure, String request) {
    return switch (failure) {
      case RequestFailed e -> Problem.of(e.code(), e.detail(), e.advice(), null);
      case HttpResponseException e -> fromRouter(e, request);
      case InvalidPackage e ->
          Problem.of(ErrorCode.UNFIT_PACKAGE, String.valueOf(e.getMessage()), null, null);
      case KeyRefused e -> Problem.of(code(e.reason()), e.sentence(), e.advice(), null);
      case Refused e -> Problem.of(code(e.reason()), String.valueOf(e.getMessage()), null, null);
      case IOException e -> {
        String id = requestId();
        LOG.error("request {} ({}): storage failed", id, request, e);
        yield Problem.of(
            ErrorCode.STORAGE_FAILED,
            "the disk could not be read or written: " + e.getMessage(),
            "see the server's log for request " + id,
            id);
      }
      default -> internal(failure, request);
    };
  }

  private static ErrorCode code(KeyRefused.Reason reason) {
    return switch (reason) {
      case UNKNOWN -> ErrorCode.UNKNOWN_KEY;
      case CONFLICT -> ErrorCode.CONFLICT;
      case BAD_REQUEST -> ErrorCode.BAD_REQUEST;
      case UNFIT -> ErrorCode.UNFIT_KEY;
      case LOCKED -> ErrorCode.LOCKED_KEY;
    };
  }

  private static ErrorCode code(Refused.Reason reason) {
    return switch (reason) {
      case UNFIT -> ErrorCode.UNFIT_PACKAGE;
      case CONFLICT -> ErrorCode.CONFLICT;
      case MISSING -> ErrorCode.NOT_THERE;
    };
  }

  private static Problem fromRouter(HttpResponseException e, String request) {
    return switch (e.getStatus()) {
      case 404 ->
          Problem.of(
              ErrorCode.UNKNOWN_ROUTE,
              "there is nothing at " + request,
              "the API is under /api/v1",
              null);
      case 405 ->
          Problem.of(
              ErrorCode.METHOD_NOT_ALLOWED,
              request + " is not possible",
              "this path takes " + allowed(e),
              null);
      case 413 -> Problem.of(ErrorCode.TOO_LARGE, "the body is too large", null, null);
      default ->
          e.getStatus() < 500
              ? Problem.of(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), null, null)
              : internal(e, request);
    };
  }

  private static Problem internal(Throwable failure, String request) {
    String id = requestId();
    LOG.error("request {} ({}) failed", id, request, failure);
    return Problem.of(
        ErrorCode.INTERNAL,
        "the server failed to answer",
        "see the server's log for request " + id,
        id);
  }

  private static String allowed(HttpResponseException e) {
    TreeSet<String> methods = new TreeSet<>();
    for (String value : e.getDetails().values()) {
      for (String word : value.split("[^A-Z]+", -1)) {
        if (word.matches(METHODS)) {
          methods.add(word);
        }
      }
    }
    return String.join(", ", methods);
  }

  private static String requestId() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  }
}
