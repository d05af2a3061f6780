package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Bodies that pass through.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class PassingBodyTest {
  private static final int SIZE = 20 << 20;

  private final byte[] bytes = Listening.bytes(SIZE);
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicLong taken = new AtomicLong();
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final PlainContent arch;
  private final Listening listening;

  PassingBodyTest(Transport transport, @TempDir Path directory) throws IOException {
    arch =
        new PlainContent("arch", directory)
            .answer("known", ask -> passing(ask, SIZE, SIZE, null))
            .answer("unknown", ask -> passing(ask, -1, -1, null))
            .answer("told", ask -> passing(ask, -1, SIZE, null))
            .answer("lying", ask -> passing(ask, SIZE, SIZE - 1, null))
            .answer("short", ask -> passing(ask, SIZE + 100, SIZE + 100, null))
            .answer("breaking", ask -> passing(ask, SIZE, SIZE, new IOException("broke")))
            .answer("hanging", this::hanging)
            .file("other", Listening.bytes(100));
    listening = Listening.on(transport, arch);
  }

  private Answer passing(Ask ask, long size, long length, @Nullable IOException failure) {
    Representation is = new Representation(size, PlainContent.MODIFIED, "\"p\"", null);
    Ask.Want want = ask.want(is);
    CacheStatus status = CacheStatus.forwarded("uri-miss", 200, false, "");
    Answer.Body body =
        switch (want) {
          case Ask.Want.Nothing() -> new Answer.Body.None();
          case Ask.Want.Bytes(long from, long to) -> {
            int end = to < 0 ? SIZE : (int) to + 1;
            long whole = to < 0 ? length : to + 1 - from;
            yield new Answer.Body.Passing(new Passed((int) from, end, whole, failure));
          }
        };
    return new Answer.Found(is, body, status, Answer.Validity.ONCE);
  }

  private Answer hanging(Ask ask) {
    Representation is = new Representation(SIZE, null, null, null);
    ask.want(is);
    InputStream never =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] buffer, int offset, int count) throws IOException {
            try {
              stuck.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            throw new IOException("closed");
          }
        };
    Answer.Passage passage =
        new Answer.Passage() {
          @Override
          public InputStream stream() {
            return never;
          }

          @Override
          public long length() {
            return SIZE;
          }

          @Override
          public void close() {
            closed.incrementAndGet();
            stuck.countDown();
          }
        };
    CacheStatus status = CacheStatus.forwarded("bypass", 200, false, "");
    return new Answer.Found(is, new Answer.Body.Passing(passage), status, Answer.Validity.ONCE);
  }

  /// A part of the bytes, which may break in its middle.
  private final class Passed implements Answer.Passage {
    private final long length;
    private final InputStream stream;

    Passed(int from, int end, long length, @Nullable IOException failure) {
      this.length = length;
      ByteArrayInputStream in =
          new ByteArrayInputStream(bytes, from, failure == null ? end - from : 300_000);
      this.stream =
          new InputStream() {
            @Override
            public int read() {
              throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] buffer, int offset, int count) throws IOException {
              int n = in.read(buffer, offset, count);
              if (n < 0 && failure != null) {
                throw failure;
              }
              taken.addAndGet(Math.max(0, n));
              return n;
            }
          };
    }

    @Override
    public InputStream stream() {
      return stream;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @AfterEach
  void close() {
    stuck.countDown();
    listening.close();
  }

  @Test
  void allBytesPassAndTheConnectionIsKept() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response response = client.get("/arch/known").read();
      assertThat(response.header("Content-Length")).isEqualTo("" + SIZE);
      assertThat(response.body()).isEqualTo(bytes);
      assertThat(client.get("/arch/other").read().code()).isEqualTo(200);
    }
    assertThat(closed).hasValue(1);
    assertThat(arch.sent).contains(new PlainContent.Sent(false, SIZE));
  }

  @Test
  void aRangePasses() throws IOException {
    RawClient.Response part = listening.get("/arch/known", "Range: bytes=1000-500999");
    assertThat(part.code()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 1000, 501_000));
    await().until(() -> closed.get() == 1);
  }

  @Test
  void lengthsComeFromWhereverTheyAreKnown() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response chunked = client.get("/arch/unknown").read();
      assertThat(chunked.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(chunked.body()).isEqualTo(bytes);
      RawClient.Response told = client.get("/arch/told").read();
      assertThat(told.header("Content-Length")).isEqualTo("" + SIZE);
      assertThat(told.body()).isEqualTo(bytes);
      assertThat(client.get("/arch/lying").read().code()).isEqualTo(502);
    }
    await().until(() -> closed.get() == 3);
  }

  @Test
  void whatBreaksOrEndsEarlyEndsShortAndOrderly() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/breaking").readStart();
      assertThat(client.rest()).isEqualTo(Arrays.copyOf(bytes, 300_000));
    }
    await().until(() -> arch.sent.contains(new PlainContent.Sent(false, 300_000)));
    try (RawClient client = listening.client()) {
      client.get("/arch/short").readStart();
      assertThat(client.rest()).isEqualTo(bytes);
    }
    await().until(() -> closed.get() == 2);
  }

  @Test
  void aClientThatDoesNotReadHoldsUpstreamBackAndMayLeave() throws Exception {
    RawClient client = listening.client();
    client.get("/arch/known").readStart();
    // What fits into socket buffers and the pieces ahead, and no more.
    AtomicLong before = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(300))
        .until(() -> taken.get() > 0 && before.getAndSet(taken.get()) == taken.get());
    assertThat(taken.get()).isLessThan(SIZE - (4 << 20));
    client.socket.setSoLinger(true, 0);
    client.close();
    await().until(() -> closed.get() == 1);
    await().until(() -> !arch.sent.isEmpty());
    assertThat(arch.sent.getFirst().bytes()).isLessThanOrEqualTo(taken.get());
  }

  @Test
  void aPassageThatHangsIsClosedWhenItsClientLeaves() throws IOException {
    RawClient client = listening.client();
    client.get("/arch/hanging").readStart();
    client.socket.setSoLinger(true, 0);
    client.close();
    await().until(() -> closed.get() == 1);
    assertThat(listening.get("/arch/other").code()).isEqualTo(200);
    assertThat(closed).hasValue(1);
  }
}
