package dev.larder.egress;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/// What an upstream answered: the head, and the body as it comes. Must be closed.
///
/// One thread reads; any thread may call [#close()] to make it stop.
public final class Fetched implements AutoCloseable {
  private final URI effectiveUri;
  private final HttpUriRequestBase request;
  private final ClassicHttpResponse response;
  private final BodyStream body;

  Fetched(
      URI effectiveUri, HttpUriRequestBase request, ClassicHttpResponse response, BodyStream body) {
    this.effectiveUri = effectiveUri;
    this.request = request;
    this.response = response;
    this.body = body;
  }

  /// The status code; never a redirect that was followed.
  public int status() {
    return response.getCode();
  }

  /// The value of the first header called `name` (case does not matter), or null if there is none.
  public @Nullable String header(String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }

  /// The bytes of the body exactly as sent, never decompressed; the same stream at every call. A
  /// body that ends before its Content-Length or its last chunk, or stalls, ends in an
  /// [IOException]. Where there is neither a length nor chunks an early end cannot be told from the
  /// right one.
  public InputStream body() {
    return body;
  }

  /// Where the answer came from in the end, without credentials; differs from the fetched one after
  /// redirects.
  public URI effectiveUri() {
    return effectiveUri;
  }

  /// The length of [#body()] in bytes, or -1 if not known beforehand. Zero where the status has no
  /// body, such as 304.
  public long contentLength() {
    return body.length();
  }

  /// How long the server asks us to wait (`Retry-After`, RFC 9110 10.2.3); zero if that time is
  /// over, null if it says nothing readable.
  ///
  /// @param now what a date is measured against
  public @Nullable Duration retryAfter(Instant now) {
    return RetryAfter.parse(header("Retry-After"), now);
  }

  /// When the file was changed (`Last-Modified`); null if the server says nothing readable.
  public @Nullable Instant lastModified() {
    String value = header("Last-Modified");
    return value == null ? null : HttpDate.parse(value);
  }

  /// Ends the exchange. The connection is kept for the next one if the body was read to its end (or
  /// its few last bytes have already arrived), else it is dropped: nothing is waited for.
  @Override
  public void close() {
    if (!body.finish()) {
      request.cancel();
    }
    try {
      response.close();
    } catch (IOException e) {
      // The connection is gone; there is nothing left to end.
    }
  }

  /// Reads the header, apart from the exchange.
  static final class RetryAfter {
    private RetryAfter() {}

    static @Nullable Duration parse(@Nullable String value, Instant now) {
      if (value == null) {
        return null;
      }
      String text = value.strip();
      if (!text.isEmpty()
          && text.length() < 10
          && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Duration.ofSeconds(Integer.parseInt(text));
      }
      Instant until = HttpDate.parse(text);
      if (until == null) {
        return null;
      }
      Duration wait = Duration.between(now, until);
      return wait.isNegative() ? Duration.ZERO : wait;
    }
  }
}
