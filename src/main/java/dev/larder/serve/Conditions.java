package dev.larder.serve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The headers that make a request conditional or partial; null where the request has none.
record Conditions(
    @Nullable String ifMatch,
    @Nullable String ifUnmodifiedSince,
    @Nullable String ifNoneMatch,
    @Nullable String ifModifiedSince,
    @Nullable String ifRange,
    @Nullable String range) {
  static final Conditions NONE = new Conditions(null, null, null, null, null, null);

  /// About how many characters that is.
  int size() {
    return length(ifMatch)
        + length(ifUnmodifiedSince)
        + length(ifNoneMatch)
        + length(ifModifiedSince)
        + length(ifRange)
        + length(range);
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  static Conditions of(HttpHeaders headers) {
    return new Conditions(
        list(headers, HttpHeaderNames.IF_MATCH),
        single(headers, HttpHeaderNames.IF_UNMODIFIED_SINCE),
        list(headers, HttpHeaderNames.IF_NONE_MATCH),
        single(headers, HttpHeaderNames.IF_MODIFIED_SINCE),
        single(headers, HttpHeaderNames.IF_RANGE),
        single(headers, HttpHeaderNames.RANGE));
  }

  /// A list may be spread over several header lines (RFC 9110 section 5.3).
  private static @Nullable String list(HttpHeaders headers, CharSequence name) {
    String first = headers.get(name);
    if (first == null) {
      return null;
    }
    List<String> all = headers.getAll(name);
    return all.size() == 1 ? first : String.join(", ", all);
  }

  /// Twice the same single-valued header says nothing certain; as if joined, it is not well-formed,
  /// and what is not well-formed is ignored.
  private static @Nullable String single(HttpHeaders headers, CharSequence name) {
    return list(headers, name);
  }
}
