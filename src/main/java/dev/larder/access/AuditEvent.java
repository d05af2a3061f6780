package dev.larder.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A line of the audit log.
///
/// @param time when, to the millisecond
/// @param principal label of who did it; `unknown` if they were refused
/// @param address of the client; empty if there is none
/// @param action what was done: `mirror.refresh`, `token.create`, `authenticate`
/// @param repository in which repository, or null
/// @param target to what: a path, a name; or null
/// @param result `ok`, or the code of the error it was answered with
public record AuditEvent(
    Instant time,
    String principal,
    String address,
    String action,
    @Nullable String repository,
    @Nullable String target,
    String result) {
  /// The action of somebody who asks to be let in.
  public static final String AUTHENTICATE = "authenticate";

  /// The result of what was done.
  public static final String OK = "ok";

  /// The principal of whom we do not know.
  public static final String UNKNOWN = "unknown";
}
