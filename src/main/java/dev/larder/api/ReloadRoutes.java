package dev.larder.api;

import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import io.javalin.http.Context;

/// The route by which the server is told to read its configuration again.
final class ReloadRoutes {
  private final Operations operations;

  ReloadRoutes(Operations operations) {
    this.operations = operations;
  }

  void register(Routing routing) {
    routing.post("/api/v1/reload", "config.reload", this::reload, Requirement.admin());
  }

  private void reload(Context context) {
    String dry = context.queryParam("dry-run");
    if (dry != null && !dry.equals("true") && !dry.equals("false")) {
      throw new RequestFailed(
          ErrorCode.BAD_REQUEST, "dry-run is neither true nor false: " + dry, null);
    }
    context
        .contentType("application/json")
        .result(Json.bytes(operations.reload("true".equals(dry))));
  }
}
