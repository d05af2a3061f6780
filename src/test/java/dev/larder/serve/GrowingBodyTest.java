package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Bodies that grow while they are sent.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class GrowingBodyTest {
  private static final int SIZE = 8 << 20;

  private final byte[] bytes = Listening.bytes(SIZE);
  private final SlowFile file;
  private final PlainContent arch;
  private final Listening listening;

  GrowingBodyTest(Transport transport, @TempDir Path directory) throws IOException {
    file = new SlowFile(directory.resolve("growing"));
    arch =
        new PlainContent("arch", directory)
            .answer("known", ask -> growing(ask, SIZE))
            .answer("unknown", ask -> growing(ask, -1))
            .file("other", Listening.bytes(100));
    listening = Listening.on(transport, arch);
  }

  private Answer growing(Ask ask, long size) {
    Representation is = new Representation(size, PlainContent.MODIFIED, "\"g\"", null);
    CacheStatus status = CacheStatus.forwarded("uri-miss", 200, true, "");
    Answer.Body body =
        ask.want(is) instanceof Ask.Want.Nothing
            ? new Answer.Body.None()
            : new Answer.Body.Growing(file);
    return new Answer.Found(is, body, status, Answer.Validity.ONCE);
  }

  @AfterEach
  void close() {
    listening.close();
    file.close();
  }

  private byte[] part(int from, int end) {
    return Arrays.copyOfRange(bytes, from, end);
  }

  @Test
  void bytesArriveAsTheyAreReleased() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response start = client.get("/arch/known").readStart();
      assertThat(start.code()).isEqualTo(200);
      assertThat(start.header("Content-Length")).isEqualTo("" + SIZE);
      assertThat(start.header("Cache-Status"))
          .isEqualTo("larder; fwd=uri-miss; fwd-status=200; stored");
      int at = 0;
      for (int end : new int[] {1, 1000, 3_000_000, SIZE - 70_000, SIZE}) {
        file.grow(part(at, end));
        assertThat(client.exactly(end - at)).isEqualTo(part(at, end));
        at = end;
      }
      await("left at the last byte").until(() -> file.left.get() == 1);
      file.complete();
      assertThat(client.get("/arch/other").read().code()).as("kept").isEqualTo(200);
    }
    assertThat(file.left).hasValue(1);
    assertThat(arch.sent).contains(new PlainContent.Sent(false, SIZE));
  }

  @Test
  void anUnknownLengthIsSentInChunks() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/unknown");
      file.grow(part(0, 5));
      file.grow(part(5, 2_000_000));
      file.complete();
      RawClient.Response response = client.read();
      assertThat(response.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(response.has("Content-Length")).isFalse();
      assertThat(response.has("Accept-Ranges")).isFalse();
      assertThat(response.body()).isEqualTo(part(0, 2_000_000));
      assertThat(client.get("/arch/other").read().code()).as("kept").isEqualTo(200);
    }
    assertThat(file.left).hasValue(1);
  }

  @Test
  void anUnknownLengthEndsAnHttp10Connection() throws IOException {
    try (RawClient client = listening.client()) {
      client.send("GET /arch/unknown HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      file.grow(part(0, 5000));
      file.complete();
      RawClient.Response response = client.read();
      assertThat(response.header("Connection")).isEqualTo("close");
      assertThat(response.has("Transfer-Encoding")).isFalse();
      assertThat(response.body()).isEqualTo(part(0, 5000));
    }
  }

  @Test
  void aRangeOfAGrowingFileWaitsForItsBytes() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/known", "Range: bytes=5000-5999");
      RawClient.Response start = client.readStart();
      assertThat(start.code()).isEqualTo(206);
      assertThat(start.header("Content-Range")).isEqualTo("bytes 5000-5999/" + SIZE);
      file.grow(part(0, 5500));
      assertThat(client.exactly(500)).isEqualTo(part(5000, 5500));
      file.grow(part(5500, 10_000));
      assertThat(client.exactly(500)).isEqualTo(part(5500, 6000));
      assertThat(client.get("/arch/other").read().code()).isEqualTo(200);
    }
    assertThat(file.left).hasValue(1);
  }

  @Test
  void headOfAGrowingFileNeedsNoByteOfIt() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response head = client.request("HEAD", "/arch/known").readHead();
      assertThat(head.header("Content-Length")).isEqualTo("" + SIZE);
      assertThat(client.request("HEAD", "/arch/unknown").readHead().has("Content-Length"))
          .isFalse();
      assertThat(client.get("/arch/other").read().code()).isEqualTo(200);
    }
    assertThat(file.left).hasValue(0);
  }

  @Test
  void aFillThatFailsEndsTheAnswerShortAndOrderly() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/known");
      file.grow(part(0, 3_000_000));
      client.readStart();
      // The client asks on meanwhile: unread input is what turns a careless close into a reset.
      client.get("/arch/other").get("/arch/other");
      file.fail("upstream died");
      assertThat(client.rest()).isEqualTo(part(0, 3_000_000));
    }
    assertThat(file.left).hasValue(1);
    await().until(() -> arch.sent.contains(new PlainContent.Sent(false, 3_000_000)));
  }

  @Test
  void aFailedFillOfUnknownLengthNeverLooksComplete() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/unknown");
      file.grow(part(0, 16));
      client.readStart();
      file.fail("upstream died");
      byte[] rest = client.rest();
      assertThat(new String(rest, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("10\r\n");
      assertThat(rest).as("one chunk, no last one").hasSize(4 + 16 + 2);
    }
  }

  @Test
  void aFileThatCompletesShorterThanSaidEndsShort() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/known");
      file.grow(part(0, 1000));
      file.complete();
      client.readStart();
      assertThat(client.rest()).isEqualTo(part(0, 1000));
    }
    assertThat(file.left).hasValue(1);
  }

  @Test
  void aClientThatStopsReadingSlowsNobodyElse() throws IOException {
    try (RawClient stuck = listening.client();
        RawClient fast = listening.client()) {
      stuck.get("/arch/known");
      fast.get("/arch/known");
      int at = 0;
      fast.readStart();
      for (int end = 1 << 20; end <= SIZE; end += 1 << 20) {
        file.grow(part(at, end));
        assertThat(fast.exactly(end - at)).isEqualTo(part(at, end));
        at = end;
      }
      file.complete();
      assertThat(fast.get("/arch/other").read().code()).isEqualTo(200);
      assertThat(file.left).as("one is done, one still reads").hasValue(1);
      assertThat(stuck.read().body()).as("and may take its time").isEqualTo(bytes);
    }
    await().until(() -> file.left.get() == 2);
  }

  @Test
  void aClientThatGoesAwayLeavesTheFileOnce() throws IOException {
    RawClient client = listening.client();
    client.get("/arch/known");
    file.grow(part(0, 1000));
    client.readStart();
    client.exactly(1000);
    await().until(() -> file.waiters() == 1);
    client.socket.setSoLinger(true, 0);
    client.close();
    await().atMost(Duration.ofSeconds(5)).until(() -> file.left.get() == 1);
    file.grow(part(1000, SIZE));
    file.complete();
    assertThat(listening.get("/arch/other").code()).isEqualTo(200);
    assertThat(file.left).hasValue(1);
    assertThat(arch.sent).contains(new PlainContent.Sent(false, 1000));
  }
}
