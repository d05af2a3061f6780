package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.larder.wire.BatchInfo;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `larder repo add` leaves behind when the server does not say how it ended. How it works
/// with a real one is in dev.larder.RepositoryCommandsIT.
class AddCommandTest {
  private static final String BATCH = "/api/v1/repositories/internal/batches/b1";

  @TempDir private Path directory;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private CliFixture larder;
  private HttpServer server;
  private @Nullable Problem refusal;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(Files.createDirectory(directory.resolve("data")));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    larder.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    requests.add(request);
    if (!request.endsWith("/commit")) {
      send(exchange, 200, "application/json", new BatchInfo("internal", "b1", List.of()));
    } else if (refusal != null) {
      send(exchange, refusal.status(), Problem.MEDIA_TYPE, refusal);
    }
    // Without an answer the connection breaks here.
    exchange.close();
  }

  private static void send(HttpExchange exchange, int status, String type, Object body)
      throws IOException {
    byte[] bytes = Json.bytes(body);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private int add() throws IOException {
    Path file = Files.writeString(directory.resolve("a.pkg"), "package");
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    String token = larder.token.file().toString();
    return larder.run(
        "repo", "add", "internal", file.toString(), "--server", url, "--token-file", token);
  }

  @Test
  void whatMayBeUnderWayIsNotDiscarded() throws IOException {
    assertThat(add()).isEqualTo(6);
    assertThat(larder.err())
        .startsWith("larder: all is sent, but whether it was added is not known: ")
        .endsWith("; look with: larder generation list internal\n");
    assertThat(requests)
        .containsExactly(
            "POST /api/v1/repositories/internal/batches",
            "PUT " + BATCH + "/files/a.pkg",
            "POST " + BATCH + "/commit");
  }

  @Test
  void whatWasRefusedIsDiscarded() throws IOException {
    refusal = Problem.of(ErrorCode.CONFLICT, "it is older", "say --downgrade", null);
    assertThat(add()).isEqualTo(5);
    assertThat(larder.err()).isEqualTo("larder: it is older; say --downgrade\n");
    assertThat(requests).last().isEqualTo("DELETE " + BATCH);
  }
}
