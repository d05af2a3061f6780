package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Disks that are full or take nothing any more, with real small disks: packages still arrive, and
/// nothing wrong is kept.
class DiskIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final String OTHER = "iso/other.img";
  private static final PackageSpec SMALL = PackageSpec.of("small", "1-1").payload(200_000);
  private static final PackageSpec BIG = PackageSpec.of("big", "1-1").payload(12 << 20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final FaultyUpstream upstream = FaultyUpstream.start();

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "mount", "umount");
  }

  @AfterEach
  void close() {
    http.close();
    upstream.close();
  }

  @Test
  void whatDoesNotFitPassesThroughAndIsStoredOnceThereIsRoom() throws Exception {
    Tools.require("pacman");
    // Larder leaves 16 MiB of a disk alone: of 24 there is room for the small one only.
    try (ArchRepository repository = repository();
        Mounts disk = Mounts.disk(24);
        TestLarder larder = TestLarder.in(disk.directory(), List.of(), upstream.url());
        PacmanClient pacman = new PacmanClient()) {
      byte[] database = get(larder, DATABASE).body();
      assertThat(get(larder, repository.path(SMALL)).body()).isEqualTo(repository.bytes(SMALL));
      for (int i = 1; i <= 2; i++) {
        HttpResponse<byte[]> passed = get(larder, repository.path(BIG));
        assertThat(passed.statusCode()).isEqualTo(200);
        assertThat(passed.body()).isEqualTo(repository.bytes(BIG));
        assertThat(passed.headers().firstValue("Cache-Status").orElse("")).contains("disk-full");
        assertThat(upstream.count(repository.path(BIG))).isGreaterThanOrEqualTo(i);
      }
      assertThat(files(larder.data())).doesNotContain(BIG.fileName());
      assertThat(files(larder.state("partial"))).isEmpty();
      assertThat(get(larder, DATABASE).body()).isEqualTo(database);
      assertThat(get(larder, repository.path(SMALL)).body()).isEqualTo(repository.bytes(SMALL));
      assertThat(larder.file(repository.path(SMALL))).hasBinaryContent(repository.bytes(SMALL));

      pacman.repository("core", larder.url() + "/$repo/os/$arch");
      assertThat(pacman.sync().exit()).isZero();
      assertThat(pacman.install("big", "small").exit()).isZero();
      assertThat(pacman.installed("big")).isEqualTo("1-1");

      Command.of("mount", "-o", "remount,size=64m", disk.directory().toString()).runOk();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            assertThat(get(larder, repository.path(BIG)).body()).isEqualTo(repository.bytes(BIG));
            assertThat(larder.file(repository.path(BIG))).hasBinaryContent(repository.bytes(BIG));
          });
      upstream.forgetRequests();
      assertThat(get(larder, repository.path(BIG)).body()).isEqualTo(repository.bytes(BIG));
      assertThat(upstream.count(repository.path(BIG))).isZero();
    }
  }

  @Test
  void aDiskThatSomebodyElseFillsStillServesWhatIsThereAndPassesTheRest() throws Exception {
    try (ArchRepository repository = repository();
        Mounts disk = Mounts.disk(40);
        TestLarder larder = TestLarder.in(disk.directory(), List.of(), upstream.url())) {
      byte[] database = get(larder, DATABASE).body();
      fill(disk);
      assertThat(get(larder, DATABASE).body()).isEqualTo(database);
      for (PackageSpec spec : List.of(SMALL, BIG)) {
        assertThat(get(larder, repository.path(spec)).body()).isEqualTo(repository.bytes(spec));
      }
      // A new index cannot be kept, so the one we have is served, and packages by it.
      upstream.publish(publication(repository, PackageSpec.of("more", "1-1")));
      HttpResponse<byte[]> stale = get(larder, DATABASE);
      assertThat(stale.statusCode()).isEqualTo(200);
      assertThat(stale.body()).isEqualTo(database);

      Files.delete(disk.directory().resolve("somebody-else"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            assertThat(get(larder, DATABASE).body())
                .isEqualTo(upstream.file(DATABASE).bytes().copy());
            assertThat(get(larder, repository.path(SMALL)).body())
                .isEqualTo(repository.bytes(SMALL));
            assertThat(larder.file(repository.path(SMALL)))
                .hasBinaryContent(repository.bytes(SMALL));
          });
      assertThat(files(larder.state("generations"))).noneMatch(name -> name.contains("draft"));
    }
  }

  @Test
  void aFillThatFindsTheDiskFullHalfwayEndsShortAndTheRetryArrives() throws Exception {
    byte[] bytes = Bytes.random(40 << 20, 7);
    upstream.put(OTHER, bytes);
    upstream.fault(OTHER, new Fault.CloseDelimited());
    try (Mounts disk = Mounts.disk(32);
        TestLarder larder = TestLarder.in(disk.directory(), List.of(), upstream.url())) {
      Path place = Temporary.directory("larder-got");
      Path got = place.resolve("other.img");
      try {
        Command.Result first = curl(larder, OTHER, got);
        // Its length was not known, so it was begun: what ends short must not look complete.
        assertThat(first.ok()).as(first.output()).isFalse();
        Command.Result second = curl(larder, OTHER, got);
        assertThat(second.ok()).as(second.output()).isTrue();
        assertThat(got).hasBinaryContent(bytes);
        assertThat(files(larder.data())).doesNotContain("other.img");
        assertThat(files(larder.state("partial"))).isEmpty();
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> disk.directory().toFile().getUsableSpace() > 28L << 20);
      } finally {
        Temporary.delete(place);
      }
    }
  }

  @Test
  void aReadOnlyDiskServesWhatIsThereAndPassesTheRest() throws Exception {
    try (ArchRepository repository = repository();
        Mounts disk = Mounts.disk(80);
        TestLarder larder = TestLarder.in(disk.directory(), List.of(), upstream.url())) {
      byte[] database = get(larder, DATABASE).body();
      get(larder, repository.path(SMALL));
      List<String> before = files(larder.data().resolve("tree"));

      disk.readOnly(larder.data());
      assertThat(get(larder, DATABASE).body()).isEqualTo(database);
      assertThat(get(larder, repository.path(SMALL)).body()).isEqualTo(repository.bytes(SMALL));
      assertThat(upstream.count(repository.path(SMALL))).isEqualTo(1);
      for (int i = 0; i < 2; i++) {
        assertThat(get(larder, repository.path(BIG)).body()).isEqualTo(repository.bytes(BIG));
      }
      PackageSpec more = PackageSpec.of("more", "1-1");
      upstream.publish(publication(repository, more));
      assertThat(get(larder, DATABASE).body()).isEqualTo(database);
      assertThat(get(larder, repository.path(more)).body()).isEqualTo(repository.bytes(more));
      assertThat(files(larder.data().resolve("tree"))).isEqualTo(before);

      disk.writableAgain();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            assertThat(get(larder, DATABASE).body())
                .isEqualTo(upstream.file(DATABASE).bytes().copy());
            assertThat(get(larder, repository.path(BIG)).body()).isEqualTo(repository.bytes(BIG));
            assertThat(larder.file(repository.path(BIG))).hasBinaryContent(repository.bytes(BIG));
          });
    }
  }

  @Test
  void aDiskThatBecomesReadOnlyDuringAFillCostsNobodyTheRightBytes() throws Exception {
    try (ArchRepository repository = repository();
        Mounts disk = Mounts.disk(80);
        TestLarder larder = TestLarder.in(disk.directory(), List.of(), upstream.url());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      get(larder, DATABASE);
      CountDownLatch release = new CountDownLatch(1);
      upstream.faultNext(repository.path(BIG), 1, new Fault.HoldAt(6 << 20, release));
      Path place = Temporary.directory("larder-got");
      Path got = place.resolve("big");
      try {
        Future<Command.Result> first =
            threads.submit(() -> curl(larder, repository.path(BIG), got));
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> Files.exists(got) && Files.size(got) > 1 << 20);
        disk.readOnly(larder.data());
        release.countDown();
        // The open file can be written, and then not be moved to where it belongs.
        if (first.get().ok()) {
          assertThat(got).hasBinaryContent(repository.bytes(BIG));
        } else {
          assertThat(Files.size(got)).isLessThan(repository.bytes(BIG).length);
        }
        assertThat(curl(larder, repository.path(BIG), got).ok()).isTrue();
        assertThat(got).hasBinaryContent(repository.bytes(BIG));
        disk.writableAgain();
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> {
              assertThat(get(larder, repository.path(BIG)).body()).isEqualTo(repository.bytes(BIG));
              assertThat(larder.file(repository.path(BIG))).hasBinaryContent(repository.bytes(BIG));
            });
      } finally {
        Temporary.delete(place);
      }
    }
  }

  @Test
  void aDataDirectoryThatCannotBeWrittenIsRefusedInOneSentence() throws Exception {
    try (Mounts disk = Mounts.disk(24)) {
      Path data = Files.createDirectories(disk.directory().resolve("data"));
      disk.readOnly(data);
      refused(data, "the data directory " + data);
      disk.writableAgain();

      Path file = Files.writeString(disk.directory().resolve("file"), "not a directory");
      refused(file, "the data directory " + file);

      Path newer = Files.createDirectories(disk.directory().resolve("newer"));
      Files.writeString(newer.resolve("version"), "99\n");
      refused(newer, "layout version 99");
    }
  }

  /// A directory that is not Larder's: it must not put its files between somebody else's.
  @Test
  void aDirectoryOfSomebodyElseWhoseTreeLiesOnAnotherDiskIsRefused() throws Exception {
    try (Mounts one = Mounts.disk(8);
        Mounts other = Mounts.disk(8)) {
      Path data = Files.createDirectories(one.directory().resolve("data"));
      Files.createSymbolicLink(data.resolve("tree"), other.directory());
      refused(data, "lie on different file systems");
    }
  }

  private static void refused(Path data, String sentence) {
    Path directory = Temporary.directory("larder-refused");
    try {
      List<String> lines =
          List.of(
              "data = \"" + data + "\"",
              "[packages]",
              "listen = [\"127.0.0.1:0\"]",
              "[console]",
              "listen = []");
      Command.Result result = NamespacedLarder.refused(directory, lines);
      assertThat(result.exit()).as(result.output()).isEqualTo(1);
      assertThat(result.output().strip().lines()).as(result.output()).hasSize(1);
      assertThat(result.output()).contains(sentence).doesNotContain("\tat ", "Exception");
    } finally {
      Temporary.delete(directory);
    }
  }

  private ArchRepository repository() {
    ArchRepository repository = ArchRepository.unsigned("core");
    upstream.publish(publication(repository, SMALL, BIG));
    return repository;
  }

  private static java.util.Map<String, dev.larder.testing.ServedFile> publication(
      ArchRepository repository, PackageSpec... specs) {
    repository.add(specs);
    return repository.next();
  }

  /// Somebody else writes until nothing goes any more.
  private static void fill(Mounts disk) {
    byte[] block = new byte[1 << 16];
    try (var out = Files.newOutputStream(disk.directory().resolve("somebody-else"))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static Command.Result curl(TestLarder larder, String path, Path to) {
    Tools.require("curl");
    return Command.of("curl", "-sS", "-f", "-o", to.toString(), larder.uri(path).toString())
        .timeout(Duration.ofSeconds(60))
        .run();
  }

  private HttpResponse<byte[]> get(TestLarder larder, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(larder.uri(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static List<String> files(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> String.valueOf(file.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
