package dev.larder.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.store.RelPath;
import dev.larder.testing.Phttpget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests that are sent without waiting for answers, and what is done about those that wait.
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class LookAheadTest {
  private static final int WINDOW = 4;
  private static final Limits NARROW =
      new Limits(
          WINDOW,
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(2));

  private final Path directory;
  private final PlainContent arch;
  private final Semaphore answers = new Semaphore(0);
  private final Semaphore aheads = new Semaphore(0);
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final Listening listening;

  LookAheadTest(Transport transport, @TempDir Path directory) throws IOException {
    this.directory = directory;
    arch =
        new PlainContent("arch", directory.resolve("tree"))
            .file("a", "aaa".getBytes(UTF_8))
            .file("d/x", "x".getBytes(UTF_8))
            .answer("slow", _ -> slow("slow"));
    listening = Listening.on(transport, NARROW, null, arch);
  }

  @AfterEach
  void close() {
    answers.release(100_000);
    aheads.release(100_000);
    listening.close();
  }

  private Answer slow(String text) {
    waitFor(answers);
    return new Answer.Absent(text, CacheStatus.hit(""));
  }

  private static void waitFor(Semaphore gate) {
    try {
      if (!gate.tryAcquire(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("never let through");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void blockAhead(RelPath path) {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try {
      waitFor(aheads);
    } finally {
      atOnce.decrementAndGet();
    }
  }

  private static String get(String path) {
    return "GET /arch/" + path + " HTTP/1.1\r\nHost: larder\r\n\r\n";
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "f" + i).toList();
  }

  @Test
  void whatWaitsIsLookedAheadToTogetherAndAnsweredInOrder() throws IOException {
    arch.whenAhead = this::blockAhead;
    arch.file("f1", "one".getBytes(UTF_8)).file("f2", "two".getBytes(UTF_8));
    try (RawClient client = listening.client()) {
      client.send(get("slow") + get("f1") + get("f2") + get("f3"));
      await().until(() -> atOnce.get() == 3);
      assertThat(arch.ahead).containsExactlyInAnyOrder("f1", "f2", "f3");
      assertThat(arch.asked).hasValue(1);
      answers.release();
      assertThat(client.read().text()).isEqualTo("slow\n");
      assertThat(client.read().text()).isEqualTo("one");
      assertThat(client.read().text()).isEqualTo("two");
      assertThat(client.read().code()).isEqualTo(404);
    }
  }

  @Test
  void oneConnectionLooksAheadToAWindowOfRequestsAtATimeAndToEachOnce() throws IOException {
    arch.whenAhead = this::blockAhead;
    try (RawClient client = listening.client()) {
      StringBuilder all = new StringBuilder(get("slow"));
      names(0, 40).forEach(name -> all.append(get(name)));
      client.send(all.toString());
      await().until(() -> atOnce.get() == WINDOW);
      for (int i = WINDOW; i < 12; i++) {
        aheads.release();
        int told = i + 1;
        await().until(() -> arch.ahead.size() == told);
      }
      answers.release();
      aheads.release(1_000);
      assertThat(client.read().text()).isEqualTo("slow\n");
      for (int i = 0; i < 40; i++) {
        assertThat(client.read().code()).isEqualTo(404);
      }
      assertThat(mostAtOnce).hasValue(WINDOW);
      assertThat(arch.ahead).hasSize(new HashSet<>(arch.ahead).size());
      assertThat(arch.ahead.subList(0, 10)).isSubsetOf(names(0, 10 + WINDOW));
    }
  }

  @Test
  void whatHasBegunIsNotLookedAheadToAnyMore() throws IOException {
    arch.whenAhead = this::blockAhead;
    try (RawClient client = listening.client()) {
      StringBuilder all = new StringBuilder(get("slow"));
      names(0, 20).forEach(name -> all.append(get(name)));
      client.send(all.toString());
      await().until(() -> atOnce.get() == WINDOW);
      // The tellings hang, and nobody cares.
      answers.release();
      for (int i = 0; i < 21; i++) {
        assertThat(client.read().code()).isEqualTo(404);
      }
      aheads.release(1_000);
      await().until(() -> atOnce.get() == 0);
      client.send(get("slow") + get("late"));
      await().until(() -> arch.ahead.contains("late"));
      assertThat(arch.ahead).hasSize(WINDOW + 1);
    }
  }

  @Test
  void whatIsAtHandOrNeedsNoWholeFileIsNotLookedAheadTo() throws IOException {
    arch.whenAhead = this::blockAhead;
    try (RawClient client = listening.client()) {
      client.get("/arch/a").read();
      client.get("/arch/a").read();
      client.get("/arch/slow");
      client.get("/arch/a");
      client.request("HEAD", "/arch/b");
      client.get("/arch/c", "Range: bytes=0-5");
      client.get("/arch/d1", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT");
      answers.release();
      for (int i = 0; i < 5; i++) {
        client.read(i != 2);
      }
      client.get("/arch/slow").get("/arch/d/").get("/arch").get("/").get("/nothing/x");
      client.request("POST", "/arch/e");
      answers.release();
      for (int i = 0; i < 6; i++) {
        client.read();
      }
      client.get("/arch/slow").get("/arch/f");
      await().until(() -> !arch.ahead.isEmpty());
      assertThat(arch.ahead).containsExactly("f");
    }
  }

  @Test
  void oneThatThrowsHarmsNobody() throws IOException {
    arch.whenAhead =
        path -> {
          throw new IllegalStateException("no " + path);
        };
    try (RawClient client = listening.client()) {
      StringBuilder all = new StringBuilder(get("slow"));
      names(0, 20).forEach(name -> all.append(get(name)));
      client.send(all.append(get("a")).toString());
      await().until(() -> arch.ahead.size() > WINDOW);
      answers.release();
      for (int i = 0; i < 21; i++) {
        assertThat(client.read().code()).isEqualTo(404);
      }
      assertThat(client.read().text()).isEqualTo("aaa");
    }
  }

  @Test
  void aConnectionMayEndWhileTheyRun() throws IOException {
    arch.whenAhead = this::blockAhead;
    try (RawClient client = listening.client()) {
      StringBuilder all = new StringBuilder(get("slow"));
      names(0, 20).forEach(name -> all.append(get(name)));
      client.send(all.toString());
      await().until(() -> atOnce.get() == WINDOW);
      client.socket.setSoLinger(true, 0);
    }
    // The reset has arrived once the connection is written to.
    answers.release();
    assertThat(listening.get("/arch/a").text()).isEqualTo("aaa");
    assertThat(arch.ahead).hasSize(WINDOW);
    aheads.release(1_000);
    await().until(() -> atOnce.get() == 0);
    assertThat(listening.get("/arch/a").text()).isEqualTo("aaa");
  }

  @Test
  void readingGoesOnWhenHalfOfWhatWaitedIsAnswered() throws Exception {
    int count = 60;
    // One read brings four of these at most, so that what waits is what the window holds.
    String padding = "X-Padding: " + "x".repeat(4_000) + "\r\n\r\n";
    names(0, count).forEach(name -> arch.answer(name, _ -> slow(name)));
    try (RawClient client = listening.client()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> sendAll(client, names(0, count), "\r\nHost: x\r\n" + padding));
      for (int i = 0; i < count; i++) {
        int told = Math.min(count - 1, i + WINDOW / 2);
        // Number i is not answered yet, and at least half a window behind it is known.
        await().until(() -> arch.ahead.size() >= told);
        assertThat(arch.ahead.size()).isLessThanOrEqualTo(i + 2 * WINDOW + 2);
        answers.release();
        assertThat(client.read().text()).isEqualTo("f" + i + "\n");
      }
      sender.join();
    }
    assertThat(arch.ahead).containsExactlyInAnyOrderElementsOf(names(1, count));
  }

  private static void sendAll(RawClient client, List<String> names, String rest) {
    try {
      for (String name : names) {
        client.send("GET /arch/" + name + " HTTP/1.1" + rest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSlowReaderGetsTwentyThousandAnswersInOrder() throws Exception {
    int count = 20_000;
    byte[] body = Listening.bytes(2_000);
    arch.file("body", body);
    try (RawClient client = listening.client()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() ->
                  sendAll(
                      client,
                      IntStream.range(0, count)
                          .mapToObj(i -> i % 2 == 0 ? "body" : "n" + i)
                          .toList(),
                      "\r\nHost: x\r\n\r\n"));
      for (int i = 0; i < count; i++) {
        if (i % 1_000 == 0) {
          // Until the buffers between us are full, and the server has stopped reading.
          assertThat(sender.join(Duration.ofMillis(30))).isEqualTo(!sender.isAlive());
        }
        RawClient.Response response = client.read();
        assertThat(response.code()).as("answer %d", i).isEqualTo(i % 2 == 0 ? 200 : 404);
        assertThat(response.body().length).isEqualTo(i % 2 == 0 ? body.length : 23);
      }
      sender.join();
    }
    List<String> once = arch.ahead.stream().filter(path -> !path.equals("body")).toList();
    assertThat(once).hasSize(new HashSet<>(once).size());
  }

  @Test
  void phttpgetGetsAllItAskedForOverOneConnection() throws IOException {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      if (i % 3 != 0) {
        arch.file("f/" + i, ("file " + i).getBytes(UTF_8));
      }
      paths.add("arch/f/" + i);
    }
    Path got = directory.resolve("got");
    Phttpget.Result result = new Phttpget(listening.address()).fetch(got, paths);
    assertThat(result.failure()).isNull();
    assertThat(result.connections()).isEqualTo(1);
    assertThat(result.depth()).isGreaterThan(500);
    assertThat(result.statuses()).isEqualTo(Map.of(200, 666, 404, 334));
    assertThat(got.resolve("998")).hasContent("file 998");
    assertThat(Files.exists(got.resolve("999"))).isFalse();
  }
}
