package dev.larder.egress;

import static dev.larder.egress.EgressFixture.SHORT;
import static dev.larder.egress.EgressFixture.body;
import static dev.larder.egress.EgressFixture.fetch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Bytes;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EgressTimesTest {
  /// An upper bound that a busy machine keeps. Every fault here lasts much longer, so that only our
  /// own limit can have ended it; which limit it was, the message says.
  private static final Duration FAR_BELOW_THE_FAULT = Duration.ofSeconds(15);

  private final FaultyUpstream upstream = FaultyUpstream.start();
  private final EgressFixture fixture = new EgressFixture();
  private final Egress egress = fixture.egress(SHORT);

  @AfterEach
  void stop() {
    egress.close();
    upstream.close();
  }

  @Test
  void anAnswerMustBeginInTime() throws InterruptedException {
    upstream.fault("a", new Fault.Delay(Duration.ofMinutes(2)));
    Duration took =
        duration(() ->
            assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a"))))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("no response head from 127.0.0.1 in 0.6 s"));
    assertThat(took).isBetween(SHORT.firstByte(), FAR_BELOW_THE_FAULT);
    // The request is noted by the upstream's thread, and the connection given up by the one that
    // watches the time: both may come after the exception.
    upstream.awaitRequest("a", 1);
    await().untilAsserted(() -> assertThat(egress.connections()).isZero());
    assertThat(upstream.count("a")).isEqualTo(1);
  }

  @Test
  void aHeadThatDripsDoesNotHoldUsLonger() {
    upstream.put("a", new byte[1]);
    upstream.fault("a", new Fault.SlowHead(Duration.ofMillis(400)));
    Duration took =
        duration(() ->
            assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a"))))
                .isInstanceOf(SocketTimeoutException.class));
    assertThat(took).isBetween(SHORT.firstByte(), FAR_BELOW_THE_FAULT);
  }

  @Test
  void aBodyThatStopsIsStalled() {
    upstream.put("a", new byte[1_000_000]);
    upstream.fault("a", new Fault.StallAfter(500_000));
    Duration took =
        duration(() ->
            assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
                .hasMessageStartingWith("stalled: ")
                .hasMessageContaining("127.0.0.1")
                .hasMessageEndingWith("after 500000 of 1000000 bytes"));
    assertThat(took).isBetween(SHORT.stall(), FAR_BELOW_THE_FAULT);
  }

  @Test
  void aBodyThatDripsIsStalled() {
    upstream.put("a", new byte[1_000_000]);
    upstream.fault("a", new Fault.Paced(1, Duration.ofMillis(50)));
    Duration took =
        duration(() ->
            assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
                .hasMessageStartingWith("stalled: "));
    assertThat(took).isBetween(SHORT.stall(), FAR_BELOW_THE_FAULT);
  }

  @Test
  void aBodyThatBeginsFastAndThenDripsIsStalled() {
    upstream.put("a", Bytes.random(5_000_000, 1));
    upstream.put("b", new byte[300]);
    upstream.fault("a", new Fault.Chunked(), new Fault.StallAfter(4_000_000));
    assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
        .hasMessageStartingWith("stalled: ");
    // 300 bytes at 20 a second: the end would come, but too late.
    upstream.fault("b", new Fault.Paced(1, Duration.ofMillis(50)));
    assertThatThrownBy(() -> body(egress, fetch(upstream.uri("b"))))
        .hasMessageStartingWith("stalled: ");
  }

  @Test
  void aSteadySlowBodyIsNotStalled() throws IOException {
    // 4 KiB/s for two windows and more.
    byte[] bytes = Bytes.random(8 * 1024, 1);
    upstream.put("a", bytes);
    upstream.fault("a", new Fault.Paced(205, Duration.ofMillis(50)));
    assertThat(body(egress, fetch(upstream.uri("a")))).isEqualTo(bytes);
  }

  @Test
  void aReaderThatTakesItsTimeIsNotAStall() throws IOException {
    byte[] bytes = Bytes.random(20_000_000, 1);
    upstream.put("a", bytes);
    try (Fetched fetched = egress.get(fetch(upstream.uri("a")))) {
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      got.write(fetched.body().readNBytes(1000));
      await().pollDelay(SHORT.stall().multipliedBy(3)).until(() -> true);
      fetched.body().transferTo(got);
      assertThat(got.toByteArray()).isEqualTo(bytes);
    }
  }

  @Test
  void anAddressThatDoesNotAnswerCostsItsTimeAndNoMore() throws IOException {
    upstream.put("a", new byte[1]);
    // A listener whose queue is full: the kernel drops what knocks.
    List<SocketChannel> knocking = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket()) {
      deaf.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.5"), upstream.port()), 1);
      for (int i = 0; i < 8; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(deaf.getLocalSocketAddress());
        knocking.add(channel);
      }
      fixture.name("half.test", "127.0.0.5", "127.0.0.1");
      URI uri = URI.create(upstream.url("half.test") + "/a");
      Fetch fetch = new Fetch(uri, Map.of(), new RedirectPolicy.SameDomain(), Set.of("half.test"));
      Duration took = duration(() -> assertThat(body(egress, fetch)).hasSize(1));
      assertThat(took).isBetween(SHORT.connect(), FAR_BELOW_THE_FAULT);
    } finally {
      for (SocketChannel channel : knocking) {
        channel.close();
      }
    }
  }

  private static Duration duration(Action action) {
    long start = System.nanoTime();
    try {
      action.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private interface Action {
    void run() throws IOException;
  }
}
