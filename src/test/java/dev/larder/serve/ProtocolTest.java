package dev.larder.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/1.1 as a connection: order, keeping, closing, and what is not listened to.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class ProtocolTest {
  private final byte[] large = Listening.bytes(400_000);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Listening listening;

  ProtocolTest(Transport transport, @TempDir Path directory) throws IOException {
    PlainContent arch =
        new PlainContent("arch", directory)
            .file("a", "aaa".getBytes(UTF_8))
            .file("b", "bbbb".getBytes(UTF_8))
            .file("large", large)
            .answer("slow", _ -> slow());
    listening = Listening.on(transport, arch);
  }

  private Answer slow() {
    try {
      boolean opened = gate.await(10, TimeUnit.SECONDS);
      return new Answer.Absent(opened ? "slow" : "never", CacheStatus.hit(""));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    gate.countDown();
    listening.close();
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    try (RawClient client = listening.client()) {
      client.send(
          get("/arch/slow")
              + get("/arch/a")
              + get("/arch/large")
              + get("/arch/nope")
              + head("/arch/large")
              + get("/arch/b")
              + get("/"));
      gate.countDown();
      assertThat(client.read().text()).isEqualTo("slow\n");
      assertThat(client.read().text()).isEqualTo("aaa");
      assertThat(client.read().body()).isEqualTo(large);
      assertThat(client.read().code()).isEqualTo(404);
      assertThat(client.readHead().header("Content-Length")).isEqualTo("400000");
      assertThat(client.read().text()).isEqualTo("bbbb");
      assertThat(client.read().text()).contains("<html");
    }
  }

  @Test
  void thousandsOfPipelinedRequestsAreAllAnswered() throws Exception {
    int count = 5_000;
    try (RawClient client = listening.client()) {
      Thread sender = Thread.ofVirtual().start(() -> sendMany(client, count));
      for (int i = 0; i < count; i++) {
        String expected = i % 3 == 0 ? "aaa" : i % 3 == 1 ? "bbbb" : null;
        RawClient.Response response = client.read();
        if (expected == null) {
          assertThat(response.body()).as("reply %d", i).hasSize(large.length);
        } else {
          assertThat(response.text()).as("reply %d", i).isEqualTo(expected);
        }
      }
      sender.join();
    }
  }

  private static void sendMany(RawClient client, int count) {
    try {
      for (int i = 0; i < count; i++) {
        client.send(get(i % 3 == 0 ? "/arch/a" : i % 3 == 1 ? "/arch/b" : "/arch/large"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRequestMayComeByteByByte() throws IOException {
    try (RawClient client = listening.client()) {
      for (char c : get("/arch/a").toCharArray()) {
        client.send(Character.toString(c));
      }
      assertThat(client.read().text()).isEqualTo("aaa");
    }
  }

  @Test
  void aClientThatEndsItsSideStillGetsItsAnswers() throws IOException {
    try (RawClient client = listening.client()) {
      client.send(get("/arch/slow") + get("/arch/large") + get("/arch/a"));
      client.socket.shutdownOutput();
      gate.countDown();
      assertThat(client.read().text()).isEqualTo("slow\n");
      assertThat(client.read().body()).isEqualTo(large);
      assertThat(client.read().text()).isEqualTo("aaa");
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @Test
  void connectionCloseIsObeyedAndSaid() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response response = client.get("/arch/a", "Connection: close").read();
      assertThat(response.header("Connection")).isEqualTo("close");
      assertThat(response.text()).isEqualTo("aaa");
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @Test
  void http10ClosesUnlessAskedToKeep() throws IOException {
    try (RawClient client = listening.client()) {
      client.send("GET /arch/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      RawClient.Response kept = client.read();
      assertThat(kept.header("Connection")).isEqualTo("keep-alive");
      assertThat(kept.text()).isEqualTo("aaa");
      client.send("GET /arch/b HTTP/1.0\r\n\r\n");
      assertThat(client.read().header("Connection")).isEqualTo("close");
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"})
  void otherMethodsAreRefusedAndTheConnectionKept(String method) throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response response = client.request(method, "/arch/a").read();
      assertThat(response.code()).isEqualTo(405);
      assertThat(response.header("Allow")).isEqualTo("GET, HEAD");
      assertThat(client.get("/arch/a").read().text()).isEqualTo("aaa");
    }
  }

  @Test
  void connectIsRefused() throws IOException {
    try (RawClient client = listening.client()) {
      client.send("CONNECT example.net:443 HTTP/1.1\r\nHost: example.net:443\r\n\r\n");
      assertThat(client.read().code()).isEqualTo(405);
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  /// Requests that two servers might read in two ways. Each ends the connection, so that nothing
  /// hidden in it is ever answered; a second answer would show a request smuggled in.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: 5^Transfer-Encoding: chunked^^0^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Transfer-Encoding: chunked^Content-Length: 5^^0^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: 5^Content-Length: 6^^hello",
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: 0^Content-Length: 0^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: +5^^hello",
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: -1^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Content-Length: 5, 5^^hello",
        "413 | GET /arch/a HTTP/1.1^Host: x^Content-Length: 5^^hello",
        "413 | GET /arch/a HTTP/1.1^Host: x^Transfer-Encoding: chunked^^0^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Transfer-Encoding : chunked^^0^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Transfer-Encoding: identity, chunked, x^^0^^",
        "413 | HEAD /arch/a HTTP/1.1^Host: x^Content-Length: 99999999999^^",
        "405 | POST /arch/a HTTP/1.1^Host: x^Content-Length: 99^^",
        "400 | GET /arch/a HTTP/1.1^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Host: x^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Host: y^^",
        "400 | GET /arch/a HTTP/1.1^Host: x y^^",
        "400 | GET /arch/a HTTP/1.1^Host: <script>^^",
        "400 | GET /arch/a HTTP/1.1^Host: x/../y^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^Bad Name: y^^",
        "400 | GET /arch/a HTTP/1.1^Host: x^no colon at all^^",
        "400 | GET /arch /a HTTP/1.1^Host: x^^",
        "400 | GET /arch/a^Host: x^^",
        "400 | nonsense^^",
        "505 | GET /arch/a HTTP/2.0^Host: x^^",
        "505 | GET /arch/a HTTP/1.7^Host: x^^",
      })
  void ambiguousRequestsEndTheConnection(int code, String request) throws IOException {
    try (RawClient client = listening.client()) {
      client.send(request.replace("^", "\r\n") + get("/arch/b"));
      RawClient.Response response = client.read(!request.startsWith("HEAD"));
      assertThat(response.code()).isEqualTo(code);
      assertThat(response.header("Connection")).isEqualTo("close");
      assertThat(client.readByte()).as("nothing after the refusal").isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /arch/a HTTP/1.1\nHost: x\n\n", "GET /arch/a HTTP/1.1\rHost: x\r\r"})
  void linesEndWithBothCarriageReturnAndLineFeed(String request) throws IOException {
    try (RawClient client = listening.client()) {
      client.send(request + "\r\n\r\n");
      assertThat(client.read().code()).isEqualTo(400);
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @Test
  void aContentLengthOfNothingIsNoBody() throws IOException {
    try (RawClient client = listening.client()) {
      assertThat(client.get("/arch/a", "Content-Length: 0").read().text()).isEqualTo("aaa");
      assertThat(client.get("/arch/b").read().text()).isEqualTo("bbbb");
    }
  }

  @Test
  void tooLongLinesAndHeadersAreRefused() throws IOException {
    RawClient.Response line = listening.get("/arch/" + "x".repeat(9_000));
    assertThat(line.code()).isEqualTo(414);
    RawClient.Response header = listening.get("/arch/a", "X: " + "x".repeat(17_000));
    assertThat(header.code()).isEqualTo(431);
    RawClient.Response many =
        listening.get("/arch/a", ("X: " + "x".repeat(90) + "\r\nY: y").repeat(200));
    assertThat(many.code()).isEqualTo(431);
  }

  @Test
  void aLargeBodyNobodyWantsDoesNotResetTheConnectionBeforeTheAnswerIsRead() throws Exception {
    try (RawClient client = listening.client()) {
      client.send("POST /arch/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.send("x".repeat(2_000_000));
                  client.socket.shutdownOutput();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      sender.join();
      assertThat(client.read().code()).isEqualTo(405);
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/arch/../../etc/passwd, 400",
    "/arch/%2e%2e/%2e%2e/etc/passwd, 400",
    "/arch/..%2f..%2fetc/passwd, 400",
    "/arch//a, 400",
    "/arch/a#x, 400",
    "/unknown/a, 404",
    "http://example.net/arch/a, 421",
    "http://example.net:80/, 421",
  })
  void badTargetsAreRefusedAndTheConnectionKept(String target, int code) throws IOException {
    try (RawClient client = listening.client()) {
      assertThat(client.get(target).read().code()).isEqualTo(code);
      assertThat(client.get("/arch/a").read().text()).isEqualTo("aaa");
    }
  }

  @Test
  void absoluteFormForOurselvesIsAsGoodAsAPath() throws IOException {
    String target = "http://127.0.0.1:" + listening.port() + "/arch/a";
    assertThat(listening.get(target).text()).isEqualTo("aaa");
  }

  private static String get(String target) {
    return "GET " + target + " HTTP/1.1\r\nHost: larder\r\n\r\n";
  }

  private static String head(String target) {
    return "HEAD " + target + " HTTP/1.1\r\nHost: larder\r\n\r\n";
  }
}
