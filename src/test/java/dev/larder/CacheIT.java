package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cache.CacheReport;
import dev.larder.cache.Rank;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import dev.larder.wire.CacheInfo;
import dev.larder.wire.CleanupResult;
import dev.larder.wire.Json;
import dev.larder.wire.ScrubResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a mirror takes of the disk: limits that hold, what goes first, what an operator can see and
/// ask for.
class CacheIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final PackageSpec ONE = PackageSpec.of("one", "1-1").payload(3 << 20);
  private static final PackageSpec TWO = PackageSpec.of("two", "1-1").payload(3 << 20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final FaultyUpstream upstream = FaultyUpstream.start();
  private ArchRepository repository;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "du");
  }

  @BeforeEach
  void publish() {
    repository = ArchRepository.unsigned("core");
    repository.add(ONE, TWO);
    upstream.publish(repository.next());
  }

  @AfterEach
  void close() {
    repository.close();
    http.close();
    upstream.close();
  }

  private TestLarder larder(String... cache) {
    return larder(Temporary.directory("larder-cache"), cache);
  }

  private TestLarder larder(Path directory, String... cache) {
    List<String> tables =
        new ArrayList<>(TestLarder.mirrorTable("arch", "pacman", List.of(), upstream.url()));
    tables.add("[cache]");
    tables.addAll(List.of(cache));
    return TestLarder.tables(directory, "arch", tables);
  }

  @Test
  void whatNoIndexNamesGoesBeforeWhatClientsUse() throws Exception {
    try (TestLarder larder = larder("max-size = \"9MiB\"")) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      get(larder, repository.path(TWO));
      repository.remove("one");
      upstream.publish(repository.next());
      get(larder, DATABASE);
      repository.add(PackageSpec.of("three", "1-1").payload(3 << 20));
      upstream.publish(repository.next());
      get(larder, DATABASE);
      // `one` was asked for before `two`, and `two` longer ago than nothing: only the index tells.
      get(larder, repository.path(TWO));
      get(larder, repository.path(PackageSpec.of("three", "1-1")));
      assertThat(larder.file(repository.path(ONE))).doesNotExist();
      assertThat(larder.file(repository.path(TWO))).exists();
      assertThat(evicted(larder, Rank.SUPERSEDED)).isEqualTo(1);
      assertThat(get(larder, repository.path(ONE)).statusCode())
          .as("a held index names it, and it can be had again")
          .isEqualTo(404);
    }
  }

  @Test
  void whatIsBroughtBeforeASwitchDoesNotPushItselfOut() throws Exception {
    try (TestLarder larder = larder("max-size = \"10MiB\"")) {
      repository.remove("one");
      repository.remove("two");
      List<PackageSpec> old = eight("1-1");
      repository.add(old.toArray(PackageSpec[]::new));
      upstream.publish(repository.next());
      get(larder, DATABASE);
      for (PackageSpec each : old) {
        get(larder, repository.path(each));
      }
      // More than are brought at a time, and both sets together are more than the cache may take.
      List<PackageSpec> fresh = eight("2-1");
      repository.add(fresh.toArray(PackageSpec[]::new));
      upstream.publish(repository.next());
      larder.mirror().refresh(false);
      assertThat(fresh)
          .allSatisfy(each -> {
            assertThat(larder.file(repository.path(each))).exists();
            assertThat(upstream.count(repository.path(each))).isEqualTo(1);
          });
    }
  }

  private static List<PackageSpec> eight(String version) {
    List<PackageSpec> specs = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      specs.add(PackageSpec.of("p" + i, version).payload(1 << 20));
    }
    return specs;
  }

  @Test
  void aFullDiskMakesRoomForWhatClientsAskFor() throws Exception {
    Tools.require("pacman");
    try (Mounts disk = Mounts.disk(40);
        TestLarder larder = larder(disk.directory(), "min-free = \"34MiB\"");
        PacmanClient pacman = new PacmanClient()) {
      pacman.repository("core", larder.url() + "/$repo/os/$arch");
      assertThat(pacman.sync().exit()).isZero();
      assertThat(pacman.install("one").exit()).isZero();
      assertThat(larder.file(repository.path(ONE))).exists();
      assertThat(pacman.install("two").exit()).isZero();
      assertThat(larder.file(repository.path(TWO))).exists();
      assertThat(larder.file(repository.path(ONE))).as("made room").doesNotExist();
    }
  }

  @Test
  void usageIsWhatDuSays() throws Exception {
    try (TestLarder larder = larder("max-size = \"1GiB\"")) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      CacheInfo info = ask(larder, "GET", "cache", CacheInfo.class);
      String said = Command.of("du", "-s", "--block-size=1", larder.data().toString()).runOk();
      long du = Long.parseLong(said.replaceFirst("\\s.*(?s)", "").strip());
      // The database writes on while we look.
      assertThat(info.total().bytes()).isBetween(du - (64 << 10), du + (64 << 10));
      assertThat(info.mirrors())
          .singleElement()
          .satisfies(mirror -> {
            assertThat(mirror.files().files()).isEqualTo(3); // with copies of the indexes
            assertThat(mirror.limitBytes()).isEqualTo(1L << 30);
          });
      long parts =
          info.mirrors().stream()
              .flatMap(m ->
                  java.util.stream.Stream.of(
                      m.files(), m.aside(), m.indexes(), m.partial(), m.quarantine()))
              .mapToLong(CacheInfo.Part::bytes)
              .sum();
      assertThat(
              parts + info.repositories().bytes() + info.database().bytes() + info.other().bytes())
          .isEqualTo(info.total().bytes());
    }
  }

  @Test
  void aDryRunSaysWhatWouldGoAndGcDoesIt() throws Exception {
    try (TestLarder larder = larder("max-size = \"1GiB\"")) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      get(larder, repository.path(TWO));
      CleanupResult none = ask(larder, "POST", "cache/gc?dry-run=true", CleanupResult.class);
      assertThat(none.items()).isEmpty();
      CleanupResult dry =
          ask(larder, "POST", "cache/gc?dry-run=true&free=4MiB", CleanupResult.class);
      assertThat(dry.items())
          .extracting(CleanupResult.Item::path, CleanupResult.Item::why)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(repository.path(ONE), Rank.USED.why()),
              org.assertj.core.groups.Tuple.tuple(repository.path(TWO), Rank.USED.why()));
      assertThat(larder.file(repository.path(ONE))).exists();
      // What is kept stays, however much is asked for.
      larder.mirror().keep(new dev.larder.store.RelPath("core/os/x86_64"));
      assertThat(ask(larder, "POST", "cache/gc?free=4MiB", CleanupResult.class).items()).isEmpty();
      larder.mirror().letGo(new dev.larder.store.RelPath("core/os/x86_64"));
      ask(larder, "POST", "cache/gc?free=4MiB", CleanupResult.class);
      assertThat(larder.file(repository.path(ONE))).doesNotExist();
      assertThat(larder.file(DATABASE)).as("the copy of an index never goes").exists();
      assertThat(get(larder, repository.path(ONE)).body()).isEqualTo(repository.bytes(ONE));
    }
  }

  @Test
  void aScrubPutsADamagedFileIntoQuarantineAndFetchesItAgain() throws Exception {
    try (TestLarder larder = larder("scrub = \"0s\"")) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      get(larder, repository.path(TWO));
      assertThat(ask(larder, "POST", "cache/scrub", ScrubResult.class).damaged()).isEmpty();
      Path file = larder.file(repository.path(ONE));
      var time = Files.getLastModifiedTime(file);
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1; // as a disk does, without a new time
      Files.write(file, bytes);
      Files.setLastModifiedTime(file, time);
      ScrubResult found = ask(larder, "POST", "cache/scrub?mirror=arch", ScrubResult.class);
      assertThat(found.damaged())
          .containsExactly(new ScrubResult.Damaged("arch", repository.path(ONE)));
      try (var quarantined = Files.list(larder.data().resolve("state/arch/.quarantine"))) {
        assertThat(quarantined.toList())
            .singleElement()
            .satisfies(aside -> assertThat(aside).hasBinaryContent(bytes));
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(file).hasBinaryContent(repository.bytes(ONE)));
      assertThat(upstream.count(repository.path(ONE))).isEqualTo(2);
    }
  }

  @Test
  void aRestartKnowsWhatWasUsed() throws Exception {
    Path directory = Temporary.directory("larder-cache");
    try (TestLarder larder = larder(directory, "max-size = \"9MiB\"")) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      get(larder, repository.path(TWO));
      larder.restartAfter(Duration.ofHours(1));
      get(larder, repository.path(ONE));
      larder.restartAfter(Duration.ofHours(1));
      repository.add(PackageSpec.of("three", "1-1").payload(3 << 20));
      upstream.publish(repository.next());
      get(larder, DATABASE);
      get(larder, repository.path(PackageSpec.of("three", "1-1")));
      assertThat(larder.file(repository.path(ONE))).exists();
      assertThat(larder.file(repository.path(TWO))).doesNotExist();
    }
  }

  @Test
  void aFileNobodyAsksForGoesWhenItsMirrorKeepsItNoLonger() throws Exception {
    try (TestLarder larder = TestLarder.with(List.of("keep = \"2h\""), upstream.url())) {
      get(larder, DATABASE);
      get(larder, repository.path(ONE));
      larder.restartAfter(Duration.ofHours(1));
      get(larder, repository.path(TWO));
      larder.restartAfter(Duration.ofHours(1).plusMinutes(1));
      ask(larder, "POST", "cache/gc", CleanupResult.class);
      assertThat(larder.file(repository.path(ONE))).doesNotExist();
      assertThat(larder.file(repository.path(TWO))).exists();
      assertThat(larder.file(DATABASE)).as("an index that is current").exists();
    }
  }

  private static long evicted(TestLarder larder, Rank rank) {
    CacheReport report = larder.larder().cache();
    return report.mirrors().getFirst().counters().evicted().getOrDefault(rank, 0L);
  }

  private HttpResponse<byte[]> get(TestLarder larder, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(larder.uri(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String console(TestLarder larder) {
    return "http://127.0.0.1:" + larder.larder().consoleAddresses().getFirst().getPort();
  }

  private <T> T ask(TestLarder larder, String method, String path, Class<T> type)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(console(larder) + "/api/v1/" + path))
            .header("Authorization", "Bearer " + larder.token())
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).as(new String(response.body(), UTF_8)).isEqualTo(200);
    return Json.response(response.body(), type);
  }
}
