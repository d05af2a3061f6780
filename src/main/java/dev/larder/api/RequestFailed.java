package dev.larder.api;

import dev.larder.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/// A request that is answered with an error which is not the server's fault.
public final class RequestFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final @Nullable String advice;

  /// Fails the request.
  ///
  /// @param detail one sentence about this occurrence, without a full stop
  /// @param advice what to do about it, or null
  public RequestFailed(ErrorCode code, String detail, @Nullable String advice) {
    super(detail);
    this.code = code;
    this.advice = advice;
  }

  ErrorCode code() {
    return code;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  @Nullable String advice() {
    return advice;
  }
}
