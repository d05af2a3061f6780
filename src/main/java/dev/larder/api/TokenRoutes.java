package dev.larder.api;

import dev.larder.access.Access;
import dev.larder.access.Grant;
import dev.larder.access.Principal;
import dev.larder.access.Scope;
import dev.larder.access.Token;
import dev.larder.access.Tokens;
import dev.larder.access.Verb;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.TokenCreated;
import dev.larder.wire.TokenInfo;
import dev.larder.wire.TokenList;
import dev.larder.wire.TokenRequest;
import dev.larder.wire.WhoAmI;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The routes of tokens, and of who asks. Nobody makes or revokes a token that may do more than
/// they may themselves, or makes one that lasts longer: else the verb `tokens` would mean `admin`,
/// and an end would be none. What a token made lives on when that is revoked.
final class TokenRoutes {
  private static final String ADVICE = "larder token list shows the tokens";

  private final Access access;
  private final InstantSource clock;

  TokenRoutes(Access access, InstantSource clock) {
    this.access = access;
    this.clock = clock;
  }

  void register(Routing routing) {
    routing.get("/api/v1/whoami", TokenRoutes::whoAmI, Requirement.known());
    routing.get("/api/v1/tokens", this::list, Requirement.of(Verb.TOKENS));
    routing.post("/api/v1/tokens", "token.create", this::create, Requirement.of(Verb.TOKENS));
    routing.delete(
        "/api/v1/tokens/{id}", "token.revoke", this::revoke, Requirement.of(Verb.TOKENS));
  }

  private static void whoAmI(Context context) {
    Principal principal = Gate.principal(context);
    json(
        context, new WhoAmI(principal.label(), principal.kind().word(), principal.grant().texts()));
  }

  private void list(Context context) {
    json(context, new TokenList(access.tokens().list().stream().map(this::wired).toList()));
  }

  private void create(Context context) throws IOException {
    Tokens.Order order = order(context.bodyAsBytes());
    Gate.tell(context, order.name() + " " + String.join(" ", new Grant(order.scopes()).texts()));
    mayHandle(context, order.scopes());
    mayLast(context, order.expires());
    switch (access.tokens().create(order, Gate.principal(context).label())) {
      case Tokens.Creation.Made(Token token, String secret) ->
          json(context, new TokenCreated(wired(token), secret));
      case Tokens.Creation.NameTaken(Token other) ->
          throw new RequestFailed(
              ErrorCode.CONFLICT,
              "there is a token named %s already".formatted(other.name()),
              "choose another name, or revoke that one first");
      case Tokens.Creation.InThePast(Instant expires) ->
          throw new RequestFailed(
              ErrorCode.BAD_REQUEST,
              "the token would have expired already, at " + expires,
              "name a time to come");
      case Tokens.Creation.TooMany(int most) ->
          throw new RequestFailed(
              ErrorCode.CONFLICT, "there are %d tokens already".formatted(most), "revoke some");
    }
  }

  private static Tokens.Order order(byte[] body) {
    try {
      TokenRequest request = Json.request(body, TokenRequest.class);
      String name = request.name();
      List<String> scopes = request.scopes();
      if (name == null || scopes == null) {
        throw new IllegalArgumentException("name and scopes are needed");
      }
      return new Tokens.Order(name, Scope.parse(scopes), request.expires());
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new RequestFailed(
          ErrorCode.BAD_REQUEST,
          String.valueOf(e.getMessage()),
          "send {\"name\": \"ci\", \"scopes\": [\"upload:internal\"]}");
    }
  }

  private void revoke(Context context) throws IOException {
    String id = context.pathParam("id");
    Token known = access.tokens().find(id);
    if (known != null) {
      Gate.tell(context, known.name());
      mayHandle(context, known.scopes());
    }
    switch (access.tokens().revoke(id)) {
      case Tokens.Revocation.Revoked(Token token) -> json(context, wired(token));
      case Tokens.Revocation.Declared(Token token) ->
          throw new RequestFailed(
              ErrorCode.CONFLICT,
              "the token %s is declared in the configuration".formatted(token.name()),
              "remove its [[token]] there, and restart larder serve");
      case Tokens.Revocation.Unknown() ->
          throw new RequestFailed(ErrorCode.UNKNOWN_TOKEN, "there is no token " + id, ADVICE);
    }
  }

  private static void mayHandle(Context context, List<Scope> scopes) {
    Principal principal = Gate.principal(context);
    for (Scope scope : scopes) {
      if (!principal.grant().covers(scope)) {
        throw new RequestFailed(
            ErrorCode.FORBIDDEN,
            "%s has not got the scope %s itself".formatted(principal.label(), scope.text()),
            "use a token that has it");
      }
    }
  }

  private static void mayLast(Context context, @Nullable Instant end) {
    Principal principal = Gate.principal(context);
    if (principal.endsBefore(end)) {
      throw new RequestFailed(
          ErrorCode.FORBIDDEN,
          "%s ends at %s itself and can make no token that lasts longer"
              .formatted(principal.label(), principal.expires()),
          "let the new one expire by then");
    }
  }

  private TokenInfo wired(Token token) {
    Instant expires = token.expires();
    return new TokenInfo(
        token.id(),
        token.name(),
        token.scopes().stream().map(Scope::text).toList(),
        token.created(),
        expires,
        expires != null && !clock.instant().isBefore(expires),
        token.lastUsed(),
        token.createdBy(),
        token.isDeclared());
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
