package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/audit`.
///
/// @param events oldest first
public record AuditList(List<Event> events) {
  /// Takes a defensive copy.
  public AuditList {
    events = List.copyOf(events);
  }

  /// Something that was done, or refused.
  ///
  /// @param time when
  /// @param principal who: `cli`, `token:deploy`; `unknown` if they were refused
  /// @param address of the client; empty if there is none
  /// @param action what: `mirror.refresh`, `token.create`, `authenticate`
  /// @param repository in which repository, or absent
  /// @param target to what, or absent
  /// @param result `ok`, or the code of the error
  public record Event(
      Instant time,
      String principal,
      String address,
      String action,
      @Nullable String repository,
      @Nullable String target,
      String result) {}
}
