package dev.larder.wire;

import java.util.Locale;

/// Every way a request to the API can fail: the `code` of a [Problem], its HTTP status, and what
/// the command line exits with. Codes are part of the contract: they are added, never renamed.
public enum ErrorCode {
  /// The request cannot be understood.
  BAD_REQUEST(400, 2, "Bad request"),
  /// No token, or not the right one.
  UNAUTHENTICATED(401, 4, "Not authenticated"),
  /// The token does not allow this.
  FORBIDDEN(403, 4, "Not allowed"),
  /// There is no mirror of that name.
  UNKNOWN_MIRROR(404, 3, "Unknown mirror"),
  /// There is no repository of that name.
  UNKNOWN_REPOSITORY(404, 3, "Unknown repository"),
  /// The repository has no such package, generation or batch.
  NOT_THERE(404, 3, "Not there"),
  /// No mirror answers at that URL.
  NOT_COVERED(404, 3, "No mirror answers there"),
  /// The directory is not one that is kept.
  NOT_KEPT(404, 3, "Not kept"),
  /// There is no token of that id or name.
  UNKNOWN_TOKEN(404, 3, "Unknown token"),
  /// There is no key of that name.
  UNKNOWN_KEY(404, 3, "Unknown key"),
  /// The API has no such path.
  UNKNOWN_ROUTE(404, 1, "No such route"),
  /// The path exists, but not for this method.
  METHOD_NOT_ALLOWED(405, 1, "Method not allowed"),
  /// What is asked for contradicts the state of things.
  CONFLICT(409, 5, "Conflict"),
  /// The request's body is too large.
  TOO_LARGE(413, 2, "Request too large"),
  /// What was uploaded is no package that this repository can take.
  UNFIT_PACKAGE(422, 8, "Package cannot be taken"),
  /// The configuration file cannot be used; nothing was taken from it.
  INVALID_CONFIGURATION(422, 7, "Invalid configuration"),
  /// The key is damaged, weak, expired, revoked or of another kind, its password is wrong, or the
  /// agent that has it does not sign.
  UNFIT_KEY(422, 1, "Key cannot be used"),
  /// The key is protected by a password, and none came with it.
  LOCKED_KEY(422, 1, "Key is locked"),
  /// The `Host` header names a host this listener does not have: DNS rebinding.
  MISDIRECTED(421, 1, "Misdirected request"),
  /// Too many wrong tokens came from this address; `Retry-After` says when to try again.
  TOO_MANY_FAILURES(429, 4, "Too many failures"),
  /// The disk could not be read or written.
  STORAGE_FAILED(500, 1, "Storage failed"),
  /// Packages cannot be served at the moment.
  NOT_READY(503, 1, "Not ready"),
  /// A fault of the server; its log has the trace under the problem's `requestId`.
  INTERNAL(500, 1, "Internal error");

  private final int status;
  private final int exitCode;
  private final String title;

  ErrorCode(int status, int exitCode, String title) {
    this.status = status;
    this.exitCode = exitCode;
    this.title = title;
  }

  /// The code as it is written in a problem: `unknown-mirror`.
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The HTTP status.
  public int status() {
    return status;
  }

  /// What the command line exits with.
  public int exitCode() {
    return exitCode;
  }

  /// A few words for people, the same for every occurrence.
  public String title() {
    return title;
  }

  /// What the command line exits with for a problem with `code`, which may be one that only a newer
  /// server knows; then the HTTP status decides.
  public static int exitCode(String code, int status) {
    for (ErrorCode known : values()) {
      if (known.code().equals(code)) {
        return known.exitCode;
      }
    }
    return switch (status) {
      case 400 -> 2;
      case 401, 403 -> 4;
      case 404 -> 3;
      case 409, 412 -> 5;
      default -> 1;
    };
  }
}
