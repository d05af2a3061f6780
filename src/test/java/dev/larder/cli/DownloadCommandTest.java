package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Downloads that do not arrive as they should; those that do are tried against a whole Larder.
class DownloadCommandTest {
  private static final byte[] BODY = "not the package".getBytes(UTF_8);

  @TempDir private Path directory;
  private Path into;
  private HttpServer server;
  private CliFixture larder;
  private long promised = BODY.length;

  @BeforeEach
  void open() throws IOException {
    into = directory.resolve("into");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    larder = new CliFixture(Files.createDirectory(directory.resolve("data")));
    larder.environment.put("LARDER_SERVER", "http://127.0.0.1:" + server.getAddress().getPort());
    larder.environment.put("LARDER_TOKEN", "larder_any");
  }

  @AfterEach
  void close() {
    larder.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange
          .getResponseHeaders()
          .set("Content-Disposition", "attachment; filename=\"a-1-1-any.pkg.tar.zst\"");
      exchange.getResponseHeaders().set("Repr-Digest", "sha-256=:" + "A".repeat(43) + "=:");
      exchange.sendResponseHeaders(200, promised);
      exchange.getResponseBody().write(BODY);
      exchange.getResponseBody().flush();
    }
  }

  private int download() {
    return larder.run("repo", "download", "internal", "a", "--to", into.toString());
  }

  private void assertNothingIsLeft() throws IOException {
    try (var files = Files.list(into)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aBrokenConnectionIsNotTheDisksFault() throws IOException {
    promised = 100L + BODY.length;
    assertThat(download()).isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(larder.err())
        .startsWith("larder: the connection broke before the file was whole (")
        .endsWith("try it again\n");
    assertNothingIsLeft();
  }

  @Test
  void otherBytesThanPromisedAreNotKept() throws IOException {
    assertThat(download()).isEqualTo(ExitCode.VERIFICATION.number());
    assertThat(larder.err())
        .contains("a-1-1-any.pkg.tar.zst is not what it must be", "larder repo verify internal");
    assertNothingIsLeft();
  }
}
