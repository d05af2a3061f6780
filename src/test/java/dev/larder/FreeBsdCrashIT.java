package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.ServedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Larder with a FreeBSD mirror is killed where it hurts: [CrashIT] has more of that.
class FreeBsdCrashIT {
  private static final int HALF = 8 << 20;
  private static final int ROUNDS = 5;

  @TempDir Path directory;
  private FaultyUpstream upstream;
  private LarderProcess larder;
  private FreeBsdRepository repository;

  @BeforeEach
  void start() throws IOException {
    FreeBsdKey key = FreeBsdKey.create();
    upstream = FaultyUpstream.start();
    Path trust = FreeBsdKey.fingerprints(directory.resolve("trust"), key);
    List<String> lines =
        TestLarder.mirrorTable(
            FreeBsdLarder.PKG,
            FreeBsdLarder.PKG,
            List.of(FreeBsdLarder.fingerprints(trust)),
            upstream.url());
    larder = new LarderProcess(directory, FreeBsdLarder.PKG, new ArrayList<>(lines));
    repository =
        new FreeBsdRepository(
            "FreeBSD:14:amd64/latest", FreeBsdShape.official(key).names(FreeBsdShape.Names.PLAIN));
  }

  @AfterEach
  void stop() {
    larder.close();
    upstream.close();
  }

  private void assertServes(String path, byte[] bytes) throws IOException {
    Answer answer = Download.get(larder.uri(path));
    assertThat(answer.status()).as(path).isEqualTo(200);
    assertThat(answer.end()).isEqualTo(End.COMPLETE);
    assertThat(answer.body()).as(path).isEqualTo(bytes);
  }

  @Test
  void afterAKillAtHalfOfAFillTheRestComesByRange() throws Exception {
    repository.add(FreeBsdPackage.of("big", "1.0").payload(2 * HALF));
    upstream.publish(repository.next());
    String path = repository.packagePath("big");
    upstream.faultNext(path, 1, new Fault.HoldAt(HALF, new CountDownLatch(1)));
    larder.start();
    assertThat(Download.get(larder.uri(repository.path("data.pkg"))).status()).isEqualTo(200);
    try (Download download = Download.open(larder.uri(path))) {
      assertThat(download.read(1000)).hasSize(1000);
      await().atMost(Duration.ofSeconds(20)).until(() -> journalled() > 0);
    }
    larder.kill();
    long offset = journalled();
    assertThat(offset).isBetween(1L, (long) HALF);
    larder.start();
    assertServes(path, repository.bytes("big"));
    assertThat(upstream.requests(path))
        .extracting(request -> request.header("range"))
        .containsExactly(null, "bytes=" + offset + "-");
    await()
        .untilAsserted(
            () -> assertThat(larder.file(path)).hasBinaryContent(repository.bytes("big")));
  }

  private long journalled() throws IOException {
    Path partials = larder.state().resolve("partial");
    for (String name : LarderProcess.filesBelow(partials)) {
      if (name.endsWith(".journal") && !name.startsWith(".")) {
        return Long.parseLong(Files.readAllLines(partials.resolve(name)).getFirst());
      }
    }
    return 0;
  }

  @Test
  void killedDuringASwitchItServesTheOldOrTheNewCatalogue() throws Exception {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("switch: seed " + seed + " (-Dlarder.seed)");
    Random random = new Random(seed);
    String data = repository.path("data.pkg");
    String meta = repository.path("meta.conf");
    FreeBsdPackage rebuilt = FreeBsdPackage.of("rebuilt", "1.0").payload(100_000);
    repository.add(FreeBsdPackage.of("moving", "1.0").payload(100_000), rebuilt);
    Map<String, ServedFile> old = repository.next();
    upstream.publish(old);
    larder.start();
    for (String path : old.keySet().stream().filter(p -> p.endsWith(".pkg")).toList()) {
      assertServes(path, bytes(old, path));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 1; round <= ROUNDS; round++) {
        repository.add(
            FreeBsdPackage.of("moving", "1." + round).payload(100_000), rebuilt.seed(10 + round));
        Map<String, ServedFile> next = repository.next();
        upstream.publish(next);
        Future<?> client = threads.submit(() -> Download.get(larder.uri(data)));
        // Not a wait for anything: the moment is what is random.
        CountDownLatch never = new CountDownLatch(1);
        assertThat(never.await(random.nextInt(120_000), TimeUnit.MICROSECONDS)).isFalse();
        larder.kill();
        await().until(client::isDone);

        larder.start();
        assertThat(LarderProcess.filesBelow(larder.data()))
            .as("round " + round)
            .noneMatch(name -> name.contains(".draft-") || name.contains(".new-"));
        // Nobody helps: what it has must be one of the two sets.
        upstream.faultAll(new Fault.Status(500));
        byte[] catalogue = Download.get(larder.uri(data)).body();
        Map<String, ServedFile> set = Arrays.equals(catalogue, bytes(next, data)) ? next : old;
        assertServes(data, bytes(set, data));
        assertServes(meta, bytes(set, meta));
        Answer reused = Download.get(larder.uri(repository.packagePath("rebuilt")));
        if (reused.status() == 200) {
          assertThat(reused.body()).isEqualTo(bytes(set, repository.packagePath("rebuilt")));
        }
        upstream.heal();
        await().untilAsserted(() -> assertServes(data, bytes(next, data)));
        for (String name : List.of("moving", "rebuilt")) {
          String path = repository.packagePath(name);
          await().untilAsserted(() -> assertServes(path, bytes(next, path)));
        }
        old = next;
      }
    }
  }

  private static byte[] bytes(Map<String, ServedFile> files, String path) {
    return Objects.requireNonNull(files.get(path), path).bytes().copy();
  }
}
