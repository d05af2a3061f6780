package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.limits.ClientLimits;
import dev.larder.limits.LimitsFixture;
import dev.larder.repo.Content;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What one client may use, as it sees it.
@SuppressWarnings("try") // closing at a moment of our choice is what is tested
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class TurnstileTest {
  private final Transport transport;
  private final Path directory;

  TurnstileTest(Transport transport, @TempDir Path directory) {
    this.transport = transport;
    this.directory = directory;
  }

  private Listening limited(ClientLimits clients, PlainContent content) throws IOException {
    return Listening.limited(transport, Listening.PATIENT, clients, content);
  }

  private PlainContent arch() throws IOException {
    return new PlainContent("arch", directory).file("a", Listening.bytes(2000));
  }

  /// A client whose system takes little for it.
  private static RawClient slow(Listening listening) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(listening.address());
    return new RawClient(socket);
  }

  @Test
  void aConnectionTooManyIsToldWhichLimitItIs() throws IOException {
    ClientLimits clients = LimitsFixture.limits("connections-per-client = 2");
    try (Listening listening = limited(clients, arch());
        RawClient one = listening.client();
        RawClient two = listening.client()) {
      assertThat(one.get("/arch/a").read().code()).isEqualTo(200);
      assertThat(two.get("/arch/a").read().code()).isEqualTo(200);
      RawClient.Response refused = listening.get("/arch/a");
      assertThat(refused.code()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEqualTo("5");
      assertThat(refused.header("Connection")).isEqualTo("close");
      assertThat(refused.text())
          .isEqualTo(
              "Your address has too many connections ([limits] connections-per-client of this"
                  + " server); close some.\n");
      two.close();
      await().until(() -> listening.get("/arch/a").code() == 200);
    }
    assertThat(clients.refusals().counts().getOrDefault("connections", 0L)).isPositive();
  }

  @Test
  void pipelinedRequestsThatComeTooFastWaitForTheirTurn() throws IOException {
    ClientLimits clients = LimitsFixture.limits("requests-per-client = 20", "request-burst = 5");
    try (Listening listening = limited(clients, arch());
        RawClient client = listening.client()) {
      long start = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        client.get("/arch/a");
      }
      for (int i = 0; i < 20; i++) {
        assertThat(client.read().code()).isEqualTo(200);
      }
      // Fifteen of them at twenty a second.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(700));
    }
    assertThat(clients.refusals().counts()).containsEntry("rate", 0L);
  }

  @Test
  void whereTheTurnIsTooFarAwayTheRequestIsRefused() throws IOException {
    ClientLimits clients = LimitsFixture.limits("requests-per-client = 1", "request-burst = 1");
    List<RawClient> waiting = new ArrayList<>();
    try (Listening listening = limited(clients, arch())) {
      for (int i = 0; i < 6; i++) {
        waiting.add(listening.client().get("/arch/a"));
        int asked = i + 1;
        await().until(() -> listening.connections() == asked);
      }
      RawClient.Response refused = listening.get("/arch/a");
      while (refused.code() == 200) {
        refused = listening.get("/arch/a"); // some of them were not read yet
      }
      assertThat(refused.code()).isEqualTo(429);
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 10);
      assertThat(refused.text())
          .isEqualTo(
              "Your requests come too fast ([limits] requests-per-client of this server); slow"
                  + " down.\n");
      assertThat(waiting.getFirst().read().code()).isEqualTo(200);
      assertThat(waiting.get(1).read().code()).isEqualTo(200);
    } finally {
      for (RawClient client : waiting) {
        client.close();
      }
    }
  }

  @Test
  void bytesAreSentNoFasterThanTheyMayBe() throws IOException {
    byte[] large = Listening.bytes(3_000_000);
    ClientLimits clients = LimitsFixture.limits("bytes-per-client = \"2MB\"");
    PlainContent content = arch().file("large", large);
    try (Listening listening = limited(clients, content)) {
      long start = System.nanoTime();
      assertThat(listening.get("/arch/large").body()).isEqualTo(large);
      // Two at once, and what is left of the second is shared.
      try (RawClient one = listening.client();
          RawClient two = listening.client()) {
        one.get("/arch/large", "Range: bytes=0-999999");
        two.get("/arch/large", "Range: bytes=1000000-1999999");
        assertThat(one.read().body()).hasSize(1_000_000);
        assertThat(two.read().body()).hasSize(1_000_000);
      }
      // Five million bytes, of which two may come at once.
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThan(Duration.ofMillis(1300));
    }
  }

  @Test
  void pagesThatNobodyReadsDoNotFillTheMemory() throws IOException {
    Content.Entry[] entries = new Content.Entry[20_000];
    for (int i = 0; i < entries.length; i++) {
      entries[i] =
          new Content.Entry("package".repeat(40) + i, false, i, PlainContent.MODIFIED, true);
    }
    ClientLimits clients = LimitsFixture.limits();
    List<RawClient> unread = new ArrayList<>();
    try (Listening listening = limited(clients, arch().listing("All", entries))) {
      RawClient.Response page = listening.get("/arch/All/?json");
      assertThat(page.code()).isEqualTo(200);
      int fit = (16 << 20) / page.body().length;
      for (int i = 0; i < 3 * fit; i++) {
        unread.add(slow(listening).get("/arch/All/?json"));
      }
      await().until(() -> clients.refusals().counts().getOrDefault("pages", 0L) > 0);
      RawClient.Response refused = listening.get("/arch/All/?json");
      assertThat(refused.code()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("5");
      assertThat(listening.get("/arch/a").code()).isEqualTo(200);
      for (RawClient client : unread) {
        client.close();
      }
      await().until(() -> listening.get("/arch/All/?json").code() == 200);
    }
  }
}
