package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many clients want one cold file at once. Larder is a process of its own here, with the heap it
/// has in earnest, so that its memory and descriptors can be told from those of the clients.
class HerdIT {
  private static final PackageSpec HUGE = PackageSpec.of("huge", "1-1").payload(50 << 20);
  private static final PackageSpec SMALL = PackageSpec.of("small", "1-1");
  private static final int CLIENTS = 64;
  private static final long HALF = 25L << 20;

  private static Map<String, ServedFile> published;
  private static String huge;
  private static String small;
  private static byte[] bytes;

  @TempDir Path directory;
  private FaultyUpstream upstream;
  private LarderProcess larder;

  @BeforeAll
  static void publish() {
    Tools.require("repo-add", "bsdtar", "zstd");
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(HUGE, SMALL);
      published = repository.next();
      huge = repository.path(HUGE);
      small = repository.path(SMALL);
      bytes = repository.bytes(HUGE);
    }
  }

  @BeforeEach
  void start() throws IOException {
    upstream = FaultyUpstream.start();
    upstream.publish(published);
    larder = new LarderProcess(directory, upstream.url()).start();
    assertThat(Download.get(larder.uri("core/os/x86_64/core.db")).status()).isEqualTo(200);
    assertThat(Download.get(larder.uri(small)).status()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    larder.close();
    upstream.close();
  }

  @Test
  void sixtyFourClientsShareOneFillAndASlowOneDisturbsNobody() throws Exception {
    List<String> before = larder.descriptors();
    CountDownLatch release = new CountDownLatch(1);
    // The slow reader comes on top: of it only the beginning is ever looked at.
    CountDownLatch begun = new CountDownLatch(CLIENTS + 1);
    upstream.fault(huge, new Fault.HoldAt(HALF, release));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Download slow = Download.open(larder.uri(huge), 4096)) {
      List<Future<String>> fast = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        fast.add(threads.submit(() -> readAll(begun)));
      }
      CountDownLatch stop = new CountDownLatch(1);
      Future<Integer> trickle = threads.submit(() -> trickle(slow, begun, stop));

      // The upstream holds back half of the file: whoever has bytes has them before it is complete.
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(larder.file(huge)).doesNotExist();
      long released = System.nanoTime();
      release.countDown();
      String right = sha256();
      for (Future<String> client : fast) {
        assertThat(client.get(60, TimeUnit.SECONDS)).isEqualTo(right);
      }
      long millis = Duration.ofNanos(System.nanoTime() - released).toMillis();
      assertThat(trickle.isDone()).isFalse();
      stop.countDown();
      int trickled = trickle.get(10, TimeUnit.SECONDS);
      assertThat(trickled).isBetween(1, bytes.length / 2);
      assertThat(upstream.count(huge)).isEqualTo(1);
      System.out.printf(
          "herd: %d clients, %d MiB each, %d ms from half of the fill to the last; %d MiB/s; the"
              + " slow one had %d bytes; peak of resident memory %d MiB%n",
          CLIENTS,
          bytes.length >> 20,
          millis,
          CLIENTS * (bytes.length / 1000L) / Math.max(1, millis),
          trickled,
          larder.residentPeak() >> 20);
    }
    assertThat(larder.file(huge)).hasBinaryContent(bytes);
    assertNothingIsLeftOpen(before, 0);
  }

  /// Reads at full speed, noting when the first byte was there.
  private String readAll(CountDownLatch begun) throws Exception {
    try (Download download = Download.open(larder.uri(huge))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      boolean first = true;
      for (int n = 0; n >= 0; n = download.read(buffer, 0, buffer.length)) {
        digest.update(buffer, 0, n);
        if (first && n > 0) {
          begun.countDown();
          first = false;
        }
      }
      assertThat(download.end()).isEqualTo(End.COMPLETE);
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  /// Reads 1 KiB per second until told to stop.
  private static int trickle(Download download, CountDownLatch begun, CountDownLatch stop)
      throws Exception {
    int had = 0;
    do {
      byte[] piece = download.read(1024);
      assertThat(piece).isEqualTo(Arrays.copyOfRange(bytes, had, had + piece.length));
      assertThat(piece).isNotEmpty();
      if (had == 0) {
        begun.countDown();
      }
      had += piece.length;
    } while (!stop.await(1, TimeUnit.SECONDS));
    return had;
  }

  private static String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /// Waits until all clients are gone from Larder's descriptors and no partial file is open.
  private void assertNothingIsLeftOpen(List<String> before, int toUpstream) {
    if (before.isEmpty()) {
      return; // no /proc
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          List<String> now = larder.descriptors();
          assertThat(now).noneMatch(name -> name.contains("/partial/"));
          assertThat(sockets(now)).isLessThanOrEqualTo(sockets(before) + toUpstream);
          // The file itself may stay open: it is a hot one.
          assertThat(now.size()).isLessThanOrEqualTo(before.size() + toUpstream + 1);
        });
    System.out.printf("descriptors: %d before, %d after%n", before.size(), descriptors());
  }

  private int descriptors() {
    try {
      return larder.descriptors().size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long sockets(List<String> descriptors) {
    return descriptors.stream().filter(name -> name.startsWith("socket:")).count();
  }

  @Test
  void aClientThatLeavesDoesNotEndTheFill() throws Exception {
    List<String> before = larder.descriptors();
    CountDownLatch release = new CountDownLatch(1);
    upstream.fault(huge, new Fault.HoldAt(HALF, release));
    try (Download download = Download.open(larder.uri(huge))) {
      assertThat(download.read(1000)).isEqualTo(Arrays.copyOf(bytes, 1000));
    }
    release.countDown();
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(larder.file(huge)));
    assertThat(larder.file(huge)).hasBinaryContent(bytes);
    assertThat(upstream.count(huge)).isEqualTo(1);
    Answer again = Download.get(larder.uri(huge));
    assertThat(again.body()).isEqualTo(bytes);
    assertThat(upstream.count(huge)).isEqualTo(1);
    assertNothingIsLeftOpen(before, 0);
  }

  @Test
  void aRangeFarAheadOfTheFillComesBesideItAndIsNotKept() throws Exception {
    List<String> before = larder.descriptors();
    CountDownLatch release = new CountDownLatch(1);
    upstream.faultNext(huge, 1, new Fault.HoldAt(1 << 20, release));
    try (Download download = Download.open(larder.uri(huge))) {
      assertThat(download.read(1000)).isEqualTo(Arrays.copyOf(bytes, 1000));
      int from = 30 << 20;
      Answer ahead = Download.get(larder.uri(huge), "Range: bytes=" + from + "-" + (from + 99_999));
      assertThat(ahead.status()).isEqualTo(206);
      assertThat(ahead.body()).isEqualTo(Arrays.copyOfRange(bytes, from, from + 100_000));
      assertThat(upstream.requests(huge))
          .extracting(request -> request.header("range"))
          .containsExactly(null, "bytes=" + from + "-" + (from + 99_999));
      assertThat(larder.file(huge)).doesNotExist();
      assertThat(LarderProcess.filesBelow(larder.state().resolve("partial")))
          .filteredOn(name -> name.endsWith(".part"))
          .hasSize(1);

      // A little ahead is not worth a request: it waits for the fill.
      CountDownLatch near = new CountDownLatch(1);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Callable<Answer> ask =
            () -> {
              near.countDown();
              return Download.get(larder.uri(huge), "Range: bytes=2000000-2000999");
            };
        Future<Answer> waiting = threads.submit(ask);
        near.await();
        release.countDown();
        assertThat(waiting.get(30, TimeUnit.SECONDS).body())
            .isEqualTo(Arrays.copyOfRange(bytes, 2_000_000, 2_001_000));
      }
      Answer rest = download.rest();
      assertThat(rest.end()).isEqualTo(End.COMPLETE);
      assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 1000, bytes.length));
    }
    assertThat(upstream.count(huge)).isEqualTo(2);
    await().untilAsserted(() -> assertThat(larder.file(huge)).hasBinaryContent(bytes));
    // The side fetch needed a second connection to upstream, which is kept for a while.
    assertNothingIsLeftOpen(before, 1);
  }
}
