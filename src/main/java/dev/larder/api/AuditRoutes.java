package dev.larder.api;

import dev.larder.access.AuditEvent;
import dev.larder.access.AuditLog;
import dev.larder.wire.AuditList;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/// The route of the audit log.
final class AuditRoutes {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  private final AuditLog audit;

  AuditRoutes(AuditLog audit) {
    this.audit = audit;
  }

  void register(Routing routing) {
    routing.get("/api/v1/audit", this::list, Requirement.admin());
  }

  private void list(Context context) throws IOException {
    Instant since = since(context.queryParam("since"));
    int limit = limit(context.queryParam("limit"));
    AuditList list =
        new AuditList(audit.last(since, limit).stream().map(AuditRoutes::wired).toList());
    context.contentType("application/json").result(Json.bytes(list));
  }

  private static @Nullable Instant since(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      throw new RequestFailed(
          ErrorCode.BAD_REQUEST,
          "since is no time in RFC 3339: " + text,
          "write it like 2030-12-31T18:00:00Z");
    }
  }

  private static int limit(@Nullable String text) {
    int limit =
        text == null ? DEFAULT_LIMIT : text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new RequestFailed(
          ErrorCode.BAD_REQUEST,
          "limit is not a number from 1 to %d: %s".formatted(MAX_LIMIT, text),
          null);
    }
    return limit;
  }

  private static AuditList.Event wired(AuditEvent event) {
    return new AuditList.Event(
        event.time(),
        event.principal(),
        event.address(),
        event.action(),
        event.repository(),
        event.target(),
        event.result());
  }
}
