package dev.larder.serve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request as read from a connection, reduced to what answering it depends on.
///
/// @param method for the log
/// @param target as sent
/// @param host the `Host` header, or null
/// @param conditions conditional headers and range
/// @param http11 whether chunks are understood
/// @param keepAlive whether the client wants the connection kept
/// @param refusal why it is not answered, or null
/// @param agent the `User-Agent` header, or null; for the log
/// @param client who sends it
record Request(
    String method,
    String target,
    @Nullable String host,
    Conditions conditions,
    boolean http11,
    boolean keepAlive,
    @Nullable Refusal refusal,
    @Nullable String agent,
    Client client) {
  private static final int OVERHEAD = 160;

  /// A request that is not answered.
  ///
  /// @param code HTTP status
  /// @param why one sentence for the client
  /// @param close whether what follows on the connection can no longer be trusted
  record Refusal(int code, String why, boolean close) {}

  /// Reduces a decoded header.
  static Request of(HttpRequest request, Client client) {
    HttpHeaders headers = request.headers();
    boolean readable = request.decoderResult().isSuccess();
    return new Request(
        request.method().name(),
        request.uri(),
        headers.get(HttpHeaderNames.HOST),
        readable ? Conditions.of(headers) : Conditions.NONE,
        request.protocolVersion().equals(HttpVersion.HTTP_1_1),
        HttpUtil.isKeepAlive(request),
        refusal(request),
        headers.get(HttpHeaderNames.USER_AGENT),
        client);
  }

  /// The same request, not answered for this reason.
  Request refused(Refusal why) {
    return new Request(method, target, host, conditions, http11, keepAlive, why, agent, client);
  }

  /// Who asks for what, for the log.
  String line() {
    return client.address() + " " + method + " " + target;
  }

  /// Whether nothing that follows it on its connection is listened to.
  boolean endsReading() {
    return refusal != null && refusal.close();
  }

  /// About how many bytes it takes in memory.
  int size() {
    return OVERHEAD + target.length() + length(host) + length(agent) + conditions.size();
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /// Whether the answer has headers only.
  boolean isHead() {
    return method.equals("HEAD");
  }

  private static @Nullable Refusal refusal(HttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      return unreadable(request.decoderResult().cause());
    }
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return new Refusal(505, "This server speaks HTTP/1.1 and HTTP/1.0.", true);
    }
    HttpHeaders headers = request.headers();
    boolean chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    // Two ways to say how long the body is: whoever stands in front may have believed the other.
    if (chunked && length != null) {
      return new Refusal(400, "The request has both Transfer-Encoding and Content-Length.", true);
    }
    boolean body = chunked || (length != null && !length.strip().equals("0"));
    HttpMethod method = request.method();
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      boolean close = body || method.equals(HttpMethod.CONNECT);
      return new Refusal(405, "Only GET and HEAD are answered here.", close);
    }
    if (body) {
      return new Refusal(413, "A request with a body is not accepted here.", true);
    }
    return hostRefusal(version, headers.getAll(HttpHeaderNames.HOST));
  }

  private static @Nullable Refusal hostRefusal(HttpVersion version, List<String> hosts) {
    if (hosts.isEmpty()) {
      return version.equals(HttpVersion.HTTP_1_1)
          ? new Refusal(400, "The request has no Host header.", true)
          : null;
    }
    if (hosts.size() > 1) {
      return new Refusal(400, "The request has several Host headers.", true);
    }
    // Empty is what a client sends that has no name for us (RFC 9110 section 7.2).
    return hosts.getFirst().isEmpty() || Target.authorityOrNull(hosts.getFirst(), 80) != null
        ? null
        : new Refusal(400, "The Host header is not a host.", true);
  }

  private static Refusal unreadable(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          new Refusal(414, "The request line is longer than 8 KiB.", true);
      case TooLongHttpHeaderException _ ->
          new Refusal(431, "The request's headers are longer than 16 KiB, or too many.", true);
      default -> new Refusal(400, "The request is not well-formed HTTP.", true);
    };
  }
}
