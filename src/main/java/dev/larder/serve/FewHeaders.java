package dev.larder.serve;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import java.util.List;

/// The headers of a request that anything depends on. All others are checked and forgotten: one of
/// four bytes takes two hundred in memory, and a client may send thousands and never finish.
final class FewHeaders extends DefaultHttpHeaders {
  /// Makes them.
  static final HttpHeadersFactory FACTORY =
      new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
          return new FewHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
          return new FewHeaders();
        }
      };

  /// Enough for one of each, and for lists in several lines.
  static final int MOST = 32;

  private static final List<AsciiString> READ =
      List.of(
          HttpHeaderNames.HOST,
          HttpHeaderNames.USER_AGENT,
          HttpHeaderNames.CONNECTION,
          HttpHeaderNames.CONTENT_LENGTH,
          HttpHeaderNames.TRANSFER_ENCODING,
          HttpHeaderNames.IF_MATCH,
          HttpHeaderNames.IF_UNMODIFIED_SINCE,
          HttpHeaderNames.IF_NONE_MATCH,
          HttpHeaderNames.IF_MODIFIED_SINCE,
          HttpHeaderNames.IF_RANGE,
          HttpHeaderNames.RANGE,
          AsciiString.cached(Proxies.FORWARDED),
          AsciiString.cached(Proxies.FORWARDED_FOR),
          AsciiString.cached(Proxies.FORWARDED_PROTO),
          AsciiString.cached(Proxies.FORWARDED_HOST));

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    super.add(name, value); // checks both
    if (!isRead(name)) {
      remove(name);
    } else if (size() > MOST) {
      throw new TooLongHttpHeaderException("more than " + MOST + " headers");
    }
    return this;
  }

  private static boolean isRead(CharSequence name) {
    for (AsciiString read : READ) {
      if (read.contentEqualsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }
}
