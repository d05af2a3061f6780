package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ApiSchema;
import dev.larder.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A client of the API that believes nothing but its OpenAPI document, which it gets from the
/// server: every request and every answer is held against it.
final class ApiContract implements AutoCloseable {
  private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final JsonNode document;
  private final ApiSchema schema;
  private final Set<String> succeeded = new TreeSet<>();

  /// @param base of the console: `http://127.0.0.1:8090`
  ApiContract(String base) {
    this.base = base;
    this.document =
        Json.response(
            send(HttpRequest.newBuilder(URI.create(base + "/api/v1/openapi.json"))).body(),
            JsonNode.class);
    this.schema = new ApiSchema(document);
  }

  /// A request to be sent.
  final class Call {
    private final String method;
    private final String target;
    private final HttpRequest.Builder request;
    private BodyPublisher body = BodyPublishers.noBody();
    private @Nullable JsonNode json;

    private Call(String method, String target) {
      this.method = method;
      this.target = target;
      this.request = HttpRequest.newBuilder(URI.create(base + target));
    }

    Call header(String name, String value) {
      request.setHeader(name, value);
      return this;
    }

    Call json(String text) {
      json = Json.response(text.getBytes(UTF_8), JsonNode.class);
      body = BodyPublishers.ofString(text);
      return header("Content-Type", "application/json");
    }

    Call bytes(byte[] bytes) {
      body = BodyPublishers.ofByteArray(bytes);
      return header("Content-Type", "application/octet-stream");
    }

    /// Sends it and holds the answer against the document.
    ///
    /// @return what was answered; missing if nothing was
    JsonNode expect(int status) {
      HttpResponse<byte[]> response = send(request.method(method, body));
      String told = method + " " + target + ": " + new String(response.body(), UTF_8);
      assertThat(response.statusCode()).as(told).isEqualTo(status);
      String path = path(target);
      JsonNode operation = document.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
      assertThat(operation.isMissingNode()).as(told).isFalse();
      if (status < 300) {
        succeeded.add(method + " " + path);
        checkRequest(operation, told);
      }
      return checked(operation, response, told);
    }

    /// Reads a stream of events up to the first and holds that against the document.
    ///
    /// @param cause makes something happen
    JsonNode firstEvent(Runnable cause) throws IOException, InterruptedException {
      String path = path(target);
      JsonNode expected =
          document
              .path("paths")
              .path(path)
              .at("/get/responses/200/content/text~1event-stream/schema");
      assertThat(expected.isMissingNode()).as(target).isFalse();
      HttpResponse<InputStream> response =
          http.send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
        String line = lines.readLine();
        cause.run();
        while (line != null && !line.startsWith("data: ")) {
          line = lines.readLine();
        }
        assertThat(line).isNotNull();
        JsonNode event =
            Json.response(String.valueOf(line).substring(6).getBytes(UTF_8), JsonNode.class);
        assertThat(schema.faults(expected, event)).isEmpty();
        succeeded.add("GET " + path);
        return event;
      }
    }

    private void checkRequest(JsonNode operation, String told) {
      JsonNode sent = json;
      JsonNode described = resolved(operation.path("requestBody"));
      if (sent != null) {
        JsonNode expected = described.at("/content/application~1json/schema");
        assertThat(expected.isMissingNode()).as(told).isFalse();
        assertThat(schema.faults(expected, sent)).as(told).isEmpty();
      } else if (body.contentLength() == 0) {
        assertThat(described.path("required").asBoolean(false)).as(told).isFalse();
      }
    }

    /// Sends what the document does not allow, and is refused.
    JsonNode refused(int status) {
      JsonNode operation =
          document.path("paths").path(path(target)).path(method.toLowerCase(Locale.ROOT));
      JsonNode expected =
          resolved(operation.path("requestBody")).at("/content/application~1json/schema");
      if (json == null) {
        throw new IllegalStateException("there is no body in it");
      }
      assertThat(schema.faults(expected, json)).as(method + " " + target).isNotEmpty();
      return expect(status);
    }
  }

  Call call(String method, String target) {
    return new Call(method, target);
  }

  /// The operations that no request of this client succeeded with.
  List<String> untried() {
    List<String> untried = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(method -> {
                  String name = method.toUpperCase(Locale.ROOT) + " " + path.getKey();
                  if (!method.equals("parameters") && !succeeded.contains(name)) {
                    untried.add(name);
                  }
                }));
    return untried;
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// The path of the document that a target is one of: the one with the fewest parameters.
  private String path(String target) {
    String asked = target.replaceFirst("\\?.*", "");
    String best = "";
    long fewest = Long.MAX_VALUE;
    for (Map.Entry<String, JsonNode> each : document.path("paths").properties()) {
      String pattern =
          PARAMETER
              .splitAsStream(each.getKey())
              .map(Pattern::quote)
              .reduce((a, b) -> a + "[^/]+" + b)
              .orElse("");
      long parameters = PARAMETER.matcher(each.getKey()).results().count();
      if (asked.matches(each.getKey().endsWith("}") ? pattern + "[^/]+" : pattern)
          && parameters < fewest) {
        fewest = parameters;
        best = each.getKey();
      }
    }
    assertThat(best).as(target).isNotEmpty();
    return best;
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asString("");
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }

  private JsonNode checked(JsonNode operation, HttpResponse<byte[]> response, String told) {
    JsonNode responses = operation.path("responses");
    JsonNode described =
        resolved(
            responses.path(
                responses.has(response.statusCode() + "")
                    ? response.statusCode() + ""
                    : "default"));
    String type = response.headers().firstValue("Content-Type").orElse("");
    String bare = type.replaceFirst(";.*", "");
    if (response.statusCode() == 204) {
      assertThat(described.has("content")).as(told).isFalse();
      assertThat(response.body()).as(told).isEmpty();
      return described.path("nothing");
    }
    JsonNode expected = described.path("content").path(bare).path("schema");
    assertThat(expected.isMissingNode()).as(told + " is of type " + type).isFalse();
    if (!bare.endsWith("json")) {
      return described.path("nothing");
    }
    JsonNode body = Json.response(response.body(), JsonNode.class);
    assertThat(schema.faults(expected, body)).as(told).isEmpty();
    if (response.statusCode() >= 400) {
      assertThat(described.path("x-larder-codes").valueStream().map(JsonNode::asString))
          .as(told)
          .contains(body.path("code").asString());
    }
    return body;
  }

  @Override
  public void close() {
    http.close();
  }
}
