package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.access.Scope;
import dev.larder.access.Tokens;
import dev.larder.access.Verb;
import dev.larder.store.Layout;
import dev.larder.wire.AuditList;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import dev.larder.wire.TokenCreated;
import dev.larder.wire.TokenInfo;
import dev.larder.wire.TokenList;
import dev.larder.wire.WhoAmI;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who gets through to what, over real HTTP.
class GateTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path directory;
  private final SampleOperations operations = new SampleOperations();
  private final HttpClient http = HttpClient.newHttpClient();
  private Access access;
  private ConsoleListener console;
  private String cli;

  @BeforeEach
  void open() throws IOException {
    open(false);
  }

  private void open(boolean anonymousReads) throws IOException {
    AccessSettings settings = new AccessSettings(anonymousReads, null, List.of());
    access = Access.open(new Layout(directory), settings, InstantSource.system());
    cli = Files.readString(access.cli().file()).strip();
    console = SampleConsole.open(new ConsoleSettings(List.of(ANY_PORT)), operations, access);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private String made(String name, String... scopes) throws IOException {
    Tokens.Order order = new Tokens.Order(name, Scope.parse(List.of(scopes)), null);
    return ((Tokens.Creation.Made) access.tokens().create(order, "cli")).secret();
  }

  private HttpResponse<byte[]> send(String method, String path, @Nullable String token, String body)
      throws IOException, InterruptedException {
    return send(console.addresses().getFirst().getPort(), method, path, token, body);
  }

  private HttpResponse<byte[]> send(
      int port, String method, String path, @Nullable String token, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private int status(String method, String path, @Nullable String token) throws Exception {
    return send(method, path, token, "").statusCode();
  }

  private static Problem problem(HttpResponse<byte[]> response) {
    return Json.response(response.body(), Problem.class);
  }

  private List<AuditList.Event> audit() throws Exception {
    return Json.response(send("GET", "/api/v1/audit", cli, "").body(), AuditList.class).events();
  }

  @Test
  void lookingNeedsAnyTokenAndChangingMirrorsAnAdmin() throws Exception {
    String reader = made("reader", "read:other");
    String admin = made("admin", "admin");
    for (String path : List.of("version", "status", "mirrors", "mirrors/arch", "whoami")) {
      assertThat(status("GET", "/api/v1/" + path, reader)).describedAs(path).isEqualTo(200);
      assertThat(status("GET", "/api/v1/" + path, null)).describedAs(path).isEqualTo(401);
    }
    HttpResponse<byte[]> refused = send("POST", "/api/v1/mirrors/arch/refresh", reader, "");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(problem(refused).code()).isEqualTo("forbidden");
    assertThat(problem(refused).detail()).isEqualTo("token:reader may not do this");
    assertThat(problem(refused).advice()).isEqualTo("use a token that has the scope admin");
    assertThat(status("DELETE", "/api/v1/mirrors/arch/files?glob=**", reader)).isEqualTo(403);
    assertThat(status("GET", "/api/v1/audit", reader)).isEqualTo(403);
    assertThat(status("GET", "/api/v1/tokens", reader)).isEqualTo(403);
    assertThat(operations.calls).isEmpty();
    assertThat(status("POST", "/api/v1/mirrors/arch/refresh", admin)).isEqualTo(200);
  }

  @Test
  void withoutATokenAnybodyMayLookWhereThatIsConfiguredAndChangeNothing() throws Exception {
    console.close();
    access.close();
    open(true);
    assertThat(status("GET", "/api/v1/status", null)).isEqualTo(200);
    assertThat(status("HEAD", "/api/v1/status", null)).isEqualTo(200);
    assertThat(Json.response(send("GET", "/api/v1/whoami", null, "").body(), WhoAmI.class))
        .isEqualTo(new WhoAmI("anonymous", "anonymous", List.of("read:*")));
    assertThat(status("POST", "/api/v1/mirrors/arch/refresh", null)).isEqualTo(401);
    assertThat(problem(send("GET", "/api/v1/tokens", null, "")).advice()).contains("scope tokens");
    assertThat(status("GET", "/api/v1/audit", null)).isEqualTo(401);
    assertThat(status("GET", "/api/v1/status", "wrong")).isEqualTo(401);
    assertThat(operations.calls).isEmpty();
  }

  @Test
  void guessingIsSlowedDownAndTheRightTokenIsNot() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(status("GET", "/api/v1/status", "guess" + i)).isEqualTo(401);
    }
    HttpResponse<byte[]> limited = send("GET", "/api/v1/status", "guess", "");
    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(problem(limited).code()).isEqualTo("too-many-failures");
    assertThat(limited.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertThat(status("GET", "/api/v1/status", cli)).isEqualTo(200);
    assertThat(audit())
        .hasSize(11)
        .last()
        .satisfies(event -> {
          assertThat(event.principal()).isEqualTo("unknown");
          assertThat(event.action()).isEqualTo("authenticate");
          assertThat(event.address()).isEqualTo("127.0.0.1");
          assertThat(event.result()).isEqualTo("too-many-failures");
        });
  }

  @Test
  void everyChangeIsInTheAuditLogAlsoOneThatFailed() throws Exception {
    String reader = made("reader", "read:*");
    send("GET", "/api/v1/status", cli, "");
    send("POST", "/api/v1/mirrors/arch/refresh", cli, "");
    send("POST", "/api/v1/mirrors/none/refresh", cli, "");
    send("DELETE", "/api/v1/mirrors/arch/files?glob=x", reader, "");
    assertThat(audit())
        .extracting(
            AuditList.Event::principal,
            AuditList.Event::action,
            AuditList.Event::target,
            AuditList.Event::result)
        .containsExactly(
            tuple("cli", "mirror.refresh", "mirrors/arch/refresh", "ok"),
            tuple("cli", "mirror.refresh", "mirrors/none/refresh", "unknown-mirror"),
            tuple("token:reader", "cache.remove", "mirrors/arch/files?glob=x", "forbidden"));
  }

  @Test
  void tokensAreMadeListedAndRevoked() throws Exception {
    HttpResponse<byte[]> response =
        send(
            "POST",
            "/api/v1/tokens",
            cli,
            "{\"name\":\"ci\",\"scopes\":[\"upload:internal\"],\"expires\":\"2099-01-01T00:00:00Z\"}");
    assertThat(response.statusCode()).isEqualTo(200);
    TokenCreated created = Json.response(response.body(), TokenCreated.class);
    assertThat(
            Json.response(send("GET", "/api/v1/whoami", created.secret(), "").body(), WhoAmI.class))
        .isEqualTo(new WhoAmI("token:ci", "token", List.of("upload:internal")));
    TokenInfo listed =
        Json.response(send("GET", "/api/v1/tokens", cli, "").body(), TokenList.class)
            .tokens()
            .getFirst();
    assertThat(listed.id()).isEqualTo(created.token().id());
    assertThat(listed.createdBy()).isEqualTo("cli");
    assertThat(listed.lastUsed()).isNotNull();
    assertThat(listed.expired()).isFalse();
    assertThat(status("DELETE", "/api/v1/tokens/" + listed.id(), cli)).isEqualTo(200);
    assertThat(status("GET", "/api/v1/whoami", created.secret())).isEqualTo(401);
    HttpResponse<byte[]> again = send("DELETE", "/api/v1/tokens/" + listed.id(), cli, "");
    assertThat(problem(again).code()).isEqualTo("unknown-token");
    assertThat(audit())
        .extracting(AuditList.Event::action)
        .containsExactly("token.create", "token.revoke", "authenticate", "token.revoke");
    assertThat(Files.readString(directory.resolve("audit.ndjson")))
        .doesNotContain(created.secret());
  }

  @Test
  void aTokenRequestThatCannotBeMetSaysWhy() throws Exception {
    made("ci", "read:*");
    record Case(String body, int status, String detail) {}
    for (Case c :
        List.of(
            new Case("", 400, "wrong kind"),
            new Case("{\"name\":\"x\"}", 400, "name and scopes are needed"),
            new Case("{\"name\":\"x\",\"scopes\":[]}", 400, "at least one scope"),
            new Case("{\"name\":\"x\",\"scopes\":[null]}", 400, ""),
            new Case("{\"name\":\"x y\",\"scopes\":[\"admin\"]}", 400, "token's name"),
            new Case("{\"name\":\"x\",\"scopes\":[\"write\"]}", 400, "verbs are read, upload"),
            new Case("{\"name\":\"x\",\"scopes\":[\"admin\"],\"scope\":1}", 400, "scope"),
            new Case(
                "{\"name\":\"x\",\"scopes\":[\"admin\"],\"expires\":\"2001-01-01T00:00:00Z\"}",
                400,
                "expired already"),
            new Case("{\"name\":\"ci\",\"scopes\":[\"admin\"]}", 409, "named ci already"))) {
      HttpResponse<byte[]> response = send("POST", "/api/v1/tokens", cli, c.body());
      assertThat(response.statusCode()).describedAs(c.body()).isEqualTo(c.status());
      assertThat(problem(response).detail()).contains(c.detail());
    }
    assertThat(access.tokens().list()).hasSize(1);
  }

  @Test
  void whoeverMakesTokensCanGiveNoMoreThanTheyHave() throws Exception {
    String maker = made("maker", "tokens", "upload:internal");
    made("boss", "admin");
    String narrow = "{\"name\":\"a\",\"scopes\":[\"upload:internal\"]}";
    String wide = "{\"name\":\"b\",\"scopes\":[\"upload:internal\",\"admin\"]}";
    assertThat(send("POST", "/api/v1/tokens", maker, narrow).statusCode()).isEqualTo(200);
    HttpResponse<byte[]> refused = send("POST", "/api/v1/tokens", maker, wide);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(problem(refused).detail())
        .isEqualTo("token:maker has not got the scope admin itself");
    assertThat(status("DELETE", "/api/v1/tokens/boss", maker)).isEqualTo(403);
    assertThat(status("DELETE", "/api/v1/tokens/a", maker)).isEqualTo(200);
    assertThat(access.tokens().find("b")).isNull();
  }

  /// The JDK's client sends no `Host` but its own.
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(console.addresses().getFirst());
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void aHostThatIsConfiguredIsTakenAndNoOther() throws Exception {
    console.close();
    console =
        SampleConsole.open(
            new ConsoleSettings(List.of(ANY_PORT), List.of("larder.example.net"), false, null),
            operations,
            access);
    String request = "GET /-/healthy HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    for (String host : List.of("larder.example.net", "Larder.Example.NET:443", "localhost")) {
      assertThat(raw(request.formatted(host))).describedAs(host).startsWith("HTTP/1.1 200 ");
    }
    for (String host : List.of("example.net", "larder.example.net.evil.example")) {
      assertThat(raw(request.formatted(host)))
          .describedAs(host)
          .startsWith("HTTP/1.1 421 ")
          .contains("[console] hosts");
    }
  }

  @Test
  void aTokenMakesNoneThatOutlivesIt() throws Exception {
    Instant end = Instant.parse("2099-01-01T00:00:00Z");
    Tokens.Order order = new Tokens.Order("brief", Scope.parse(List.of("admin")), end);
    String brief = ((Tokens.Creation.Made) access.tokens().create(order, "cli")).secret();
    String body = "{\"name\":\"a\",\"scopes\":[\"read:*\"]%s}";
    for (String longer : List.of("", ",\"expires\":\"2099-01-01T00:00:01Z\"")) {
      HttpResponse<byte[]> refused = send("POST", "/api/v1/tokens", brief, body.formatted(longer));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(problem(refused).detail())
          .isEqualTo(
              "token:brief ends at 2099-01-01T00:00:00Z itself and can make no token that lasts"
                  + " longer");
    }
    assertThat(access.tokens().find("a")).isNull();
    String same = body.formatted(",\"expires\":\"" + end + "\"");
    assertThat(send("POST", "/api/v1/tokens", brief, same).statusCode()).isEqualTo(200);
  }

  @Test
  void whoeverIsNotLetInIsToldWhatIsWrongWithWhatTheyShowed() throws Exception {
    assertThat(problem(send("GET", "/api/v1/status", null, "")).detail())
        .isEqualTo("the request carries no token");
    assertThat(problem(send("GET", "/api/v1/status", "wrong", "")).detail())
        .isEqualTo("no such token is known here, or not any more");
    Instant end = Instant.now().plusMillis(100);
    Tokens.Order order = new Tokens.Order("brief", Scope.parse(List.of("admin")), end);
    String brief = ((Tokens.Creation.Made) access.tokens().create(order, "cli")).secret();
    Awaitility.await().until(() -> status("GET", "/api/v1/status", brief) == 401);
    Problem expired = problem(send("GET", "/api/v1/status", brief, ""));
    assertThat(expired.detail()).isEqualTo("the token brief expired at " + end);
    assertThat(expired.advice()).contains("larder token create NAME --scope SCOPE");
  }

  @Test
  void aRouteThatStatesNothingIsForAdminsAndOthersAreHeldToTheirRepository() throws Exception {
    String uploader = made("uploader", "upload:internal");
    Gate gate = new Gate(List.of(), access);
    Problems problems = new Problems();
    Javalin javalin =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.routes.before(gate::before);
          config.routes.beforeMatched(gate::beforeMatched);
          config.routes.after(gate::after);
          config.routes.exception(Exception.class, problems::answer);
          config.routes.get("/forgotten", context -> context.result("secret"));
          Routing routing = new Routing(config.routes, gate);
          routing.post(
              "/api/v1/repos/{repo}/packages",
              "package.upload",
              context -> context.result("stored"),
              Requirement.in("repo", Verb.UPLOAD));
          routing.post(
              "/api/v1/promote",
              "package.promote",
              context -> Gate.require(context, Verb.UPLOAD, context.queryParam("to")),
              Requirement.of(Verb.UPLOAD));
        });
    javalin.start("127.0.0.1", 0);
    try {
      int port = javalin.port();
      assertThat(send(port, "GET", "/forgotten", uploader, "").statusCode()).isEqualTo(403);
      assertThat(send(port, "GET", "/forgotten", cli, "").statusCode()).isEqualTo(200);
      String packages = "/api/v1/repos/%s/packages";
      assertThat(send(port, "POST", packages.formatted("internal"), uploader, "").statusCode())
          .isEqualTo(200);
      assertThat(send(port, "POST", packages.formatted("other"), uploader, "").statusCode())
          .isEqualTo(403);
      assertThat(send(port, "POST", "/api/v1/promote?to=internal", uploader, "").statusCode())
          .isEqualTo(200);
      assertThat(send(port, "POST", "/api/v1/promote?to=other", uploader, "").statusCode())
          .isEqualTo(403);
      assertThat(audit())
          .extracting(AuditList.Event::repository)
          .containsExactly(null, "internal", "other", "internal", "other");
    } finally {
      javalin.stop();
    }
  }
}
