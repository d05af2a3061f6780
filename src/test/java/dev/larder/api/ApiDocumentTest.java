package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.store.Layout;
import dev.larder.testing.ApiSchema;
import dev.larder.wire.Json;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The OpenAPI document against the routes that are registered, against the official schema, and as
/// it is served.
class ApiDocumentTest {
  /// What is no part of the API: pages and what they consist of.
  private static final List<String> PAGES =
      List.of(
          "GET /setup",
          "POST /setup",
          "GET /setup.css",
          "GET /api/docs",
          "GET /api/docs/docs.js",
          "GET /api/docs/docs.css",
          "GET /api/docs/swagger-ui-bundle.js",
          "GET /api/docs/swagger-ui.css");

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private Access access;
  private ConsoleListener console;

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    console = SampleConsole.open(new ConsoleSettings(List.of(any)), new SampleOperations(), access);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private static ObjectNode document() {
    return Json.response(ApiDocument.read().json(), ObjectNode.class);
  }

  /// What a route asks for and what it is called in the audit log.
  private static String stated(Endpoint endpoint) {
    TreeSet<String> scopes = new TreeSet<>();
    List<String> actions = new ArrayList<>();
    Roles roles = endpoint.metadata(Roles.class);
    if (roles == null) {
      throw new AssertionError(endpoint.path + " was registered past Routing");
    }
    for (RouteRole role : roles.getRoles()) {
      switch (role) {
        case Requirement.Open _ -> scopes.add("none");
        case Requirement.Known _ -> scopes.add("any");
        case Requirement.Allowed(var verb, String parameter) ->
            scopes.add(parameter == null ? verb.word() : verb + ":{" + parameter + "}");
        case Routing.Action(String name) -> actions.add(name);
        default -> throw new AssertionError("what is " + role);
      }
    }
    return (String.join(" ", scopes) + " " + String.join(" ", actions)).strip();
  }

  @Test
  void everyRouteIsInTheDocumentWithItsScopeAndActionAndNoOther() {
    Map<String, String> routes = new TreeMap<>();
    console
        .endpoints()
        .forEach(each -> routes.put(each.method.name() + " " + each.path, stated(each)));
    assertThat(routes).containsKeys(PAGES.toArray(String[]::new));
    PAGES.forEach(page -> assertThat(routes.remove(page)).as(page).isEqualTo("none"));
    assertThat(new DocumentRules(document()).stated()).isEqualTo(routes);
  }

  @Test
  void itIsValidByTheOfficialSchema() {
    assertThat(ApiSchema.faults(document())).isEmpty();
  }

  @Test
  void itIsWhatTheOfficialSchemaCannotSay() {
    DocumentRules rules = new DocumentRules(document());
    assertThat(rules.deadReferences()).isEmpty();
    assertThat(rules.idleComponents()).isEmpty();
    assertThat(rules.ambiguousPaths()).isEmpty();
    assertThat(rules.parameterFaults()).isEmpty();
    assertThat(rules.incompleteOperations()).isEmpty();
    assertThat(rules.misplacedProblems()).isEmpty();
    assertThat(rules.forgottenCodes()).isEmpty();
  }

  private HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    int port = console.addresses().getFirst().getPort();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  @Test
  void everybodyCanReadItAsJsonAndTheSameAsYaml() throws Exception {
    HttpResponse<byte[]> json = get("/api/v1/openapi.json");
    assertThat(json.statusCode()).isEqualTo(200);
    assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(Json.response(json.body(), JsonNode.class)).isEqualTo(document());
    HttpResponse<byte[]> yaml = get("/api/v1/openapi.yaml");
    assertThat(yaml.statusCode()).isEqualTo(200);
    assertThat(yaml.headers().firstValue("Content-Type")).hasValue("application/yaml");
    String text = new String(yaml.body(), UTF_8);
    assertThat(text).startsWith("openapi: ");
    Object read = new Load(LoadSettings.builder().build()).loadFromString(text);
    assertThat(Json.response(Json.bytes(read), JsonNode.class)).isEqualTo(document());
    assertThat(get("/api/v1/openapi.json").body()).isEqualTo(json.body());
  }

  @Test
  void everybodyCanReadThePageWhichRunsNothingButScriptsOfItsOwn() throws Exception {
    HttpResponse<byte[]> page = get("/api/docs");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .doesNotContain("unsafe");
    assertThat(new String(page.body(), UTF_8))
        .contains("<noscript>")
        .doesNotContain("style=", "onclick", "http://", "https://")
        .doesNotContainPattern("<script(?! src=\"/)");
  }

  @Test
  void theBigFilesOfThePageAreAskedForOnceOnly() throws Exception {
    for (String file : List.of("swagger-ui-bundle.js", "swagger-ui.css")) {
      HttpResponse<byte[]> first = get("/api/docs/" + file);
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.body()).hasSizeGreaterThan(100_000);
      String tag = first.headers().firstValue("ETag").orElseThrow();
      assertThat(get("/api/docs/" + file, "If-None-Match", tag).statusCode()).isEqualTo(304);
      assertThat(get("/api/docs/" + file, "If-None-Match", "\"1\"").statusCode()).isEqualTo(200);
    }
  }

  /// Each rule on a document that breaks it.
  @Nested
  class EveryRuleCanFail {
    private final ObjectNode document = document();

    private ObjectNode at(String pointer) {
      return (ObjectNode) document.at(pointer);
    }

    private DocumentRules rules() {
      return new DocumentRules(document);
    }

    @Test
    void aRouteThatIsNotThere() {
      at("/paths").remove("/api/v1/version");
      assertThat(rules().stated()).doesNotContainKey("GET /api/v1/version");
      at("/paths/~1api~1v1~1status/get").put("x-larder-scope", "admin");
      assertThat(rules().stated()).containsEntry("GET /api/v1/status", "admin");
    }

    @Test
    void aDocumentThatIsNotOpenApi() {
      at("/paths/~1api~1v1~1version/get").put("sumary", "x");
      assertThat(ApiSchema.faults(document)).isNotEmpty();
    }

    @Test
    void aSchemaThatIsNoJsonSchema() {
      at("/components/schemas/VersionInfo").put("type", "thing");
      assertThat(ApiSchema.faults(document)).isNotEmpty();
    }

    @Test
    void referencesAndComponents() {
      at("/components/schemas/Status/properties/server").put("$ref", "#/components/schemas/Gone");
      assertThat(rules().deadReferences())
          .containsExactly("#/components/schemas/Gone leads nowhere");
      assertThat(rules().idleComponents())
          .containsExactly("#/components/schemas/ServerInfo is not used");
    }

    @Test
    void pathsAndTheirParameters() {
      ObjectNode paths = at("/paths");
      paths.set("/api/v1/mirrors/{other}", paths.get("/api/v1/mirrors/{name}"));
      at("/paths/~1api~1v1~1status").putArray("parameters");
      assertThat(rules().ambiguousPaths()).hasSize(1);
      assertThat(rules().parameterFaults())
          .containsExactly(
              "GET /api/v1/mirrors/{other} has [other] and describes [name]",
              "/api/v1/status has parameters outside its operations");
    }

    @Test
    void anOperationThatLacksThings() {
      ObjectNode operation = at("/paths/~1api~1v1~1status/get");
      operation.put("operationId", "getVersion").remove("summary");
      operation.putArray("tags").add("things");
      operation.putArray("security");
      ((ObjectNode) operation.get("responses")).removeAll();
      assertThat(rules().incompleteOperations()).hasSize(7);
    }

    @Test
    void problemsInTheWrongPlace() {
      at("/components/responses/BadRequest").putArray("x-larder-codes").add("conflict").add("x");
      at("/components/responses/NotCovered").remove("x-larder-codes");
      assertThat(rules().misplacedProblems())
          .contains(
              "GET /api/v1/explain 400: conflict has not that status",
              "GET /api/v1/explain 400: x has not that status",
              "GET /api/v1/explain 404: problems where there are none, or none named");
      assertThat(rules().forgottenCodes()).containsExactly("not-covered is in no response");
    }

    @Test
    void twoPartsThatSayTheSame() {
      assertThatThrownBy(() ->
              ApiDocument.merge(
                  new TreeMap<>(Map.of("info", Map.of())), Map.of("info", Map.of()), ""))
          .hasMessage("two parts have info");
    }
  }
}
