package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.limits.LimitsFixture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that are too slow, and too many.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class LimitsTest {
  private static final int SIZE = 64 << 20;
  private static final Limits STRICT =
      new Limits(
          4,
          Duration.ofMillis(600),
          Duration.ofMillis(1500),
          Duration.ofMillis(1500),
          Duration.ofMillis(500));

  private final PlainContent arch;
  private final Listening listening;
  private final Path huge;

  LimitsTest(Transport transport, @TempDir Path directory) throws IOException {
    arch = new PlainContent("arch", directory).file("a", new byte[3]);
    huge = directory.resolve("huge");
    try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
      sparse.setLength(SIZE);
    }
    listening = Listening.limited(transport, STRICT, LimitsFixture.limits("connections = 3"), arch);
  }

  @AfterEach
  void close() {
    listening.close();
  }

  /// Lets time pass between what a slow client does; true so that it can be asserted.
  private static boolean pause(long millis) throws InterruptedException {
    return !new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  @Test
  void aHeaderThatTricklesInIsCutOff() throws Exception {
    try (RawClient client = listening.client()) {
      client.get("/arch/a").read();
      long start = System.nanoTime();
      client.send("GET /arch/a HTTP/1.1\r\n");
      int sent = 0;
      try {
        while (sent < 100 && pause(100)) {
          client.send("X-Slow-" + sent++ + ": x\r\n");
        }
      } catch (IOException e) {
        // Written into a connection that is closed.
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertThat(taken).isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
      assertThat(sent).isLessThan(50);
    }
  }

  @Test
  void anUnfinishedHeaderIsCutOffOrderly() throws IOException {
    try (RawClient client = listening.client()) {
      client.send("GET /arch/a HT");
      assertThat(client.readByte()).isEqualTo(-1);
    }
  }

  @Test
  void idleConnectionsAreClosed() throws IOException {
    try (RawClient fresh = listening.client();
        RawClient used = listening.client()) {
      used.get("/arch/a").read();
      assertThat(fresh.readByte()).isEqualTo(-1);
      assertThat(used.readByte()).isEqualTo(-1);
    }
  }

  @Test
  void aClientThatTakesNothingIsClosed() throws IOException {
    try (RawClient client = listening.client()) {
      client.get("/arch/huge").readStart();
      await().atMost(Duration.ofSeconds(8)).until(() -> arch.sent.size() == 1);
      assertThat(arch.sent.getFirst().bytes()).isLessThan(SIZE);
      assertThat(listening.get("/arch/a").code()).isEqualTo(200);
    }
  }

  @Test
  void aClientThatTakesALittleNowAndThenIsNot() throws Exception {
    try (RawClient client = listening.client()) {
      client.get("/arch/huge").readStart();
      int taken = 0;
      for (int i = 0; i < 10; i++) {
        assertThat(pause(400)).isTrue();
        // More than the buffers between us round down to nothing.
        taken += client.exactly(1 << 20).length;
      }
      assertThat(client.exactly(SIZE - taken)).hasSize(SIZE - taken);
      await().until(() -> arch.sent.equals(List.of(new PlainContent.Sent(true, SIZE))));
    }
  }

  @Test
  void oneThatTakesALittleOfAFileThatWasRemovedIs() throws Exception {
    try (RawClient client = listening.client()) {
      client.get("/arch/huge").readStart();
      Files.delete(huge);
      int taken = 0;
      try {
        while (taken < SIZE && pause(400)) {
          taken += client.exactly(1 << 20).length;
        }
      } catch (IOException e) {
        // It ends in the middle.
      }
      assertThat(taken).isBetween(2 << 20, SIZE / 2);
      await().atMost(Duration.ofSeconds(8)).until(() -> arch.sent.size() == 1);
      assertThat(arch.sent.getFirst().bytes()).isLessThan(SIZE);
    }
  }

  @Test
  void whatIsRefusedAnywayTakesATurn() throws Exception {
    try (Listening strict =
        Listening.limited(
            Transport.plain(),
            Listening.PATIENT,
            LimitsFixture.limits("requests-per-client = 1", "request-burst = 2"),
            arch)) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        RawClient client = strict.client();
        clients.add(client.request("DELETE", "/arch/a"));
      }
      await()
          .until(() -> {
            try (RawClient client = strict.client()) {
              return client.request("DELETE", "/arch/a").read().code() == 429;
            }
          });
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void oneConnectionTooManyIsToldSo() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RawClient client = listening.client();
      clients.add(client);
      assertThat(client.get("/arch/a").read().code()).isEqualTo(200);
    }
    try (RawClient tooMany = listening.client()) {
      RawClient.Response response = tooMany.get("/arch/a").read();
      assertThat(response.code()).isEqualTo(503);
      assertThat(response.header("Retry-After")).isEqualTo("5");
      assertThat(response.header("Connection")).isEqualTo("close");
      assertThat(response.text()).contains("[limits] connections ");
      assertThat(tooMany.readByte()).isEqualTo(-1);
    }
    for (RawClient client : clients) {
      client.close();
    }
    await().until(() -> listening.get("/arch/a").code() == 200);
  }
}
