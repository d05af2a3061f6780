package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultyUpstreamTest {
  private static final Instant TIME = Instant.parse("2026-11-20T12:00:00Z");

  private final FaultyUpstream upstream = FaultyUpstream.start();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    client.shutdownNow();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "If-Modified-Since, 'Fri, 20 Nov 2026 12:00:00 GMT', 304",
    "If-Modified-Since, 'Fri, 20 Nov 2026 12:00:01 GMT', 200",
    "If-None-Match, '\"other\", \"6a1f3fc0-a\"', 200",
    "If-None-Match, *, 304",
    "Range, bytes=0-3, 206",
    "Range, bytes=8-, 206",
    "Range, bytes=-2, 206",
    "Range, bytes=10-, 416",
    "Range, 'bytes=0-1,3-4', 200"
  })
  void conditionsAndRangesAreAnsweredRight(String name, String value, int status) throws Exception {
    upstream.put("a", ServedFile.of("0123456789".getBytes(StandardCharsets.US_ASCII), TIME));
    assertThat(get("a", name, value).statusCode()).isEqualTo(status);
  }

  @Test
  void aRangeIsTheRightBytes() throws Exception {
    upstream.put("a", ServedFile.of("0123456789".getBytes(StandardCharsets.US_ASCII), TIME));
    HttpResponse<byte[]> part = get("a", "Range", "bytes=2-4");
    assertThat(part.body()).asString().isEqualTo("234");
    assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 2-4/10");
    String etag = part.headers().firstValue("ETag").orElseThrow();
    assertThat(get("a", "If-None-Match", etag).statusCode()).isEqualTo(304);
    assertThat(get("a", "Range", "bytes=-2").body()).asString().isEqualTo("89");
  }

  @Test
  void requestsAreRecordedAsTheyWereSent() throws Exception {
    upstream.put("x/a+b:1@2.pkg", new byte[1]);
    assertThat(get("x/a%2bb:1@2.pkg?q", "X-Test", "1").statusCode()).isEqualTo(200);
    SeenRequest request = upstream.awaitRequest("x/a+b:1@2.pkg", 1);
    assertThat(request.target()).isEqualTo("/x/a%2bb:1@2.pkg?q");
    assertThat(request.header("x-test")).isEqualTo("1");
    assertThat(upstream.count("x/a+b:1@2.pkg")).isEqualTo(1);
    assertThat(upstream.count("other")).isZero();
  }

  @Test
  void publishReplacesEverythingAtOnce() throws Exception {
    upstream.put("a", new byte[1]);
    upstream.publish(Map.of("b", ServedFile.of(new byte[2], TIME)));
    assertThat(get("a").statusCode()).isEqualTo(404);
    assertThat(get("b").body()).hasSize(2);
  }

  @Test
  void faultsForSomeRequestsAreUsedUp() throws Exception {
    upstream.put("a", new byte[5]);
    upstream.faultAll(new Fault.Status(500));
    upstream.fault("a", new Fault.Status(503));
    upstream.faultNext("a", 2, Fault.Status.tooMany("7"));
    assertThat(get("a").statusCode()).isEqualTo(429);
    assertThat(get("a").headers().firstValue("Retry-After")).hasValue("7");
    assertThat(get("a").statusCode()).isEqualTo(503);
    assertThat(get("b").statusCode()).isEqualTo(500);
    upstream.heal();
    assertThat(get("a").statusCode()).isEqualTo(200);
  }

  @Test
  void liesAboutContentAreTold() throws Exception {
    upstream.put("a", new byte[50]);
    upstream.faultNext("a", 1, new Fault.Html());
    upstream.faultNext("a", 1, new Fault.OtherBytes(new byte[3]));
    upstream.faultNext("a", 1, new Fault.IgnoreRange());
    upstream.faultNext("a", 1, new Fault.Redirect(301, "/b"));
    assertThat(get("a").body()).asString().startsWith("<!DOCTYPE html>");
    assertThat(get("a").body()).hasSize(3);
    HttpResponse<byte[]> whole = get("a", "Range", "bytes=10-");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).hasSize(50);
    assertThat(get("a").headers().firstValue("Location")).hasValue("/b");
  }

  @Test
  void framingsCarryTheSameBytes() throws Exception {
    byte[] bytes = Bytes.random(100_000, 3);
    upstream.put("a", bytes);
    upstream.faultNext("a", 1, new Fault.Chunked(777));
    upstream.faultNext("a", 1, new Fault.CloseDelimited());
    upstream.faultNext("a", 1, new Fault.Paced(50_000, Duration.ofMillis(1)));
    for (int i = 0; i < 4; i++) {
      assertThat(get("a").body()).isEqualTo(bytes);
    }
  }

  @Test
  void theConnectionDiesAtTheByte() throws Exception {
    upstream.put("a", new byte[1000]);
    upstream.faultNext("a", 1, new Fault.DieAt(123, false));
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), upstream.port())) {
      socket
          .getOutputStream()
          .write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(all).contains("Content-Length: 1000");
      assertThat(all.length() - all.indexOf("\r\n\r\n") - 4).isEqualTo(123);
    }
    upstream.fault("a", new Fault.WrongLength(1));
    assertThatThrownBy(() -> get("a")).isInstanceOf(IOException.class);
    upstream.fault("a", new Fault.NoAnswer(true));
    assertThatThrownBy(() -> get("a")).isInstanceOf(IOException.class);
  }

  @Test
  void aHeldBodyGoesOnWhenReleased() throws Exception {
    upstream.put("a", new byte[1000]);
    CountDownLatch release = new CountDownLatch(1);
    upstream.fault("a", new Fault.HoldAt(400, release));
    HttpResponse<InputStream> response =
        client.send(
            HttpRequest.newBuilder(upstream.uri("a")).build(), BodyHandlers.ofInputStream());
    assertThat(response.body().readNBytes(400)).hasSize(400);
    CompletableFuture<byte[]> rest =
        CompletableFuture.supplyAsync(() -> {
          try {
            return response.body().readAllBytes();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThat(rest).isNotDone();
    release.countDown();
    assertThat(rest.get()).hasSize(600);
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(upstream.uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }
}
