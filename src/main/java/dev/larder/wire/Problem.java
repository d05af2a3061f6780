package dev.larder.wire;

import org.jspecify.annotations.Nullable;

/// An error as the API tells it: RFC 9457, `application/problem+json`, with three members of our
/// own.
///
/// @param type a URI for the kind of problem: `urn:larder:problem:unknown-mirror`
/// @param title a few words, the same for every problem of this type
/// @param status the HTTP status
/// @param detail one sentence about this occurrence, without a full stop
/// @param code an [ErrorCode#code()]
/// @param advice what to do about it, or null
/// @param requestId under which the server's log tells more, or null if it does not
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String code,
    @Nullable String advice,
    @Nullable String requestId) {
  /// The media type of a problem.
  public static final String MEDIA_TYPE = "application/problem+json";

  /// A problem with the type, title and status of `code`.
  public static Problem of(
      ErrorCode code, String detail, @Nullable String advice, @Nullable String requestId) {
    return new Problem(
        "urn:larder:problem:" + code.code(),
        code.title(),
        code.status(),
        detail,
        code.code(),
        advice,
        requestId);
  }
}
