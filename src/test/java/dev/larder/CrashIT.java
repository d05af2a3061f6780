package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
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

/// Larder is killed where it hurts, and what it serves after that is right. A kill leaves what was
/// written but not synced in the kernel; what a power cut would have made of that is done by hand.
class CrashIT {
  private static final String DB = "core/os/x86_64/core.db";
  private static final String FILES = "core/os/x86_64/core.files";
  private static final int HALF = 15 << 20;

  @TempDir Path directory;
  private FaultyUpstream upstream;
  private LarderProcess larder;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "zstd");
  }

  @BeforeEach
  void start() throws IOException {
    upstream = FaultyUpstream.start();
    larder = new LarderProcess(directory, upstream.url());
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
    assertThat(answer.body()).isEqualTo(bytes);
  }

  /// Starts Larder, begins a fill of `path` that upstream holds at half, and waits for the journal.
  private void beginFill(String path) throws IOException {
    upstream.faultNext(path, 1, new Fault.HoldAt(HALF, new CountDownLatch(1)));
    larder.start();
    assertThat(Download.get(larder.uri(DB)).status()).isEqualTo(200);
    try (Download download = Download.open(larder.uri(path))) {
      assertThat(download.read(1000)).hasSize(1000);
      await().atMost(Duration.ofSeconds(20)).until(() -> journalled() > 0);
    }
  }

  /// Up to which byte the one partial is journalled; 0 if there is none.
  private long journalled() throws IOException {
    for (String name : LarderProcess.filesBelow(partials())) {
      if (name.endsWith(".journal") && !name.startsWith(".")) {
        return Long.parseLong(Files.readAllLines(partials().resolve(name)).getFirst());
      }
    }
    return 0;
  }

  private Path partials() {
    return larder.state().resolve("partial");
  }

  private Path partial() throws IOException {
    return partials()
        .resolve(
            LarderProcess.filesBelow(partials()).stream()
                .filter(name -> name.endsWith(".part"))
                .findFirst()
                .orElseThrow());
  }

  @Test
  void afterAKillAtHalfOfAFillTheRestComesByRange() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      PackageSpec big = PackageSpec.of("big", "1-1").payload(30 << 20);
      repository.add(big);
      upstream.publish(repository.next());
      String path = repository.path(big);
      beginFill(path);
      larder.kill();
      long offset = journalled();
      assertThat(offset).isBetween(1L, (long) HALF);

      larder.start();
      assertServes(path, repository.bytes(big));
      assertThat(upstream.requests(path))
          .extracting(request -> request.header("range"))
          .containsExactly(null, "bytes=" + offset + "-");
      System.out.printf(
          "crash: of %d bytes %d were journalled at the kill and not fetched again%n",
          repository.bytes(big).length, offset);
      assertKept(path, repository.bytes(big));
    }
  }

  private void assertKept(String path, byte[] bytes) {
    await().untilAsserted(() -> assertThat(larder.file(path)).hasBinaryContent(bytes));
    assertThat(partials()).isEmptyDirectory();
  }

  @Test
  void aPartialIsTrustedNoFurtherThanItsJournal() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      PackageSpec big = PackageSpec.of("big", "1-1").payload(30 << 20);
      repository.add(big);
      upstream.publish(repository.next());
      String path = repository.path(big);
      beginFill(path);
      larder.kill();
      long offset = journalled();
      // A power cut may leave zeros where bytes were written and not synced.
      byte[] start = Arrays.copyOf(Files.readAllBytes(partial()), (int) offset);
      Files.write(partial(), start);
      Files.write(partial(), new byte[500_000], StandardOpenOption.APPEND);

      larder.start();
      assertServes(path, repository.bytes(big));
      assertThat(upstream.requests(path).get(1).header("range")).isEqualTo("bytes=" + offset + "-");
      assertKept(path, repository.bytes(big));
    }
  }

  @Test
  void aPartialWithoutItsBytesIsFetchedAnew() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      PackageSpec big = PackageSpec.of("big", "1-1").payload(30 << 20);
      repository.add(big);
      upstream.publish(repository.next());
      String path = repository.path(big);
      beginFill(path);
      larder.kill();
      // A disk that forgot even what it had promised to keep.
      Path part = partial();
      byte[] bytes = Files.readAllBytes(part);
      Arrays.fill(bytes, 1000, 200_000, (byte) 0);
      Files.write(part, bytes);

      larder.start();
      Answer answer = Download.get(larder.uri(path));
      // Clients have had some of it: short, and never complete and wrong.
      if (answer.end() == End.COMPLETE) {
        assertThat(answer.body()).isEqualTo(repository.bytes(big));
      } else {
        assertThat(answer.end()).isEqualTo(End.SHORT);
      }
      await().untilAsserted(() -> assertServes(path, repository.bytes(big)));
      assertKept(path, repository.bytes(big));
    }
  }

  @Test
  void filesYoungerThanTheJournalAreCheckedAfterAPowerCut() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      List<PackageSpec> specs = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        specs.add(PackageSpec.of("p" + i, "1-1").payload(150_000).seed(i));
      }
      repository.add(specs.toArray(PackageSpec[]::new));
      upstream.publish(repository.next());
      larder.start();
      assertThat(Download.get(larder.uri(DB)).status()).isEqualTo(200);
      for (PackageSpec spec : specs) {
        assertServes(repository.path(spec), repository.bytes(spec));
      }
      larder.kill();

      Set<String> synced = journalledFiles();
      List<String> damaged = new ArrayList<>();
      List<String> whole = new ArrayList<>();
      for (int i = 0; i < specs.size(); i++) {
        String path = repository.path(specs.get(i));
        if (i % 3 == 0 || synced.contains(path)) {
          whole.add(path);
        } else {
          damage(larder.file(path), i % 3 == 1);
          damaged.add(path);
        }
      }
      System.out.printf(
          "power cut: %d of %d files were younger than the journal and lost their tail%n",
          damaged.size(), specs.size());

      larder.start();
      for (PackageSpec spec : specs) {
        assertServes(repository.path(spec), repository.bytes(spec));
        assertThat(larder.file(repository.path(spec))).hasBinaryContent(repository.bytes(spec));
      }
      assertThat(damaged).allSatisfy(path -> assertThat(upstream.count(path)).isEqualTo(2));
      assertThat(whole).allSatisfy(path -> assertThat(upstream.count(path)).isEqualTo(1));
    }
  }

  /// Paths whose bytes were synced and recorded.
  private Set<String> journalledFiles() throws SQLException {
    Set<String> paths = new HashSet<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + larder.data().resolve("larder.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT path FROM held_file")) {
      while (rows.next()) {
        paths.add(rows.getString(1));
      }
    }
    return paths;
  }

  /// What a power cut leaves of bytes that were not synced: names and times, but a shorter file or
  /// zeros.
  private static void damage(Path file, boolean shorter) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    if (shorter) {
      bytes = Arrays.copyOf(bytes, bytes.length / 2);
    } else {
      Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
    }
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, time);
  }

  @Test
  void killedDuringASwitchItServesTheOldOrTheNewSetAndLeavesNothingBehind() throws Exception {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.println("switch: seed " + seed + " (-Dlarder.seed)");
    Random random = new Random(seed);
    int switched = 0;
    try (ArchRepository repository = ArchRepository.unsigned("core");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      PackageSpec moving = PackageSpec.of("moving", "1-1").payload(200_000);
      PackageSpec rebuilt = PackageSpec.of("rebuilt", "1-1").payload(200_000);
      repository.add(moving, rebuilt);
      Map<String, ServedFile> old = repository.next();
      upstream.publish(old);
      larder.start();
      for (String path : old.keySet()) {
        assertServes(path, bytes(old, path));
      }
      for (int round = 1; round <= 15; round++) {
        moving = PackageSpec.of("moving", "1-" + (round + 1)).payload(200_000);
        repository.add(moving, rebuilt.payload(200_000 + round).seed(round));
        Map<String, ServedFile> next = repository.next();
        upstream.publish(next);
        Future<?> client = threads.submit(() -> Download.get(larder.uri(DB)));
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
        byte[] database = Download.get(larder.uri(DB)).body();
        boolean isNew = Arrays.equals(database, bytes(next, DB));
        switched += isNew ? 1 : 0;
        Map<String, ServedFile> set = isNew ? next : old;
        assertServes(DB, bytes(set, DB));
        assertServes(FILES, bytes(set, FILES));
        assertNeverOther(repository.path(rebuilt), set);
        upstream.heal();
        // The index first, as clients do: until then a reused name means what we were handed last.
        await().untilAsserted(() -> assertServes(DB, bytes(next, DB)));
        for (String path : next.keySet()) {
          await().untilAsserted(() -> assertServes(path, bytes(next, path)));
        }
        old = next;
      }
    }
    System.out.printf("switch: 15 kills, the new set was current after %d%n", switched);
  }

  @Test
  void whatAKillCanLeaveAnywhereIsRemovedAtTheNextStart() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(PackageSpec.of("tool", "1-1"));
      Map<String, ServedFile> published = repository.next();
      upstream.publish(published);
      larder.start();
      assertServes(DB, bytes(published, DB));
      larder.kill();
      Path generation = larder.state().resolve("generations/1");
      List<Path> left =
          List.of(
              larder.data().resolve(".new-1"),
              larder.state().resolve(".new-2"),
              larder.file(DB).resolveSibling(".new-3"),
              generation.resolve("manifest").resolve(DB).resolveSibling(".new-4"),
              larder.state().resolve("generations/.draft-5/index/core.db"),
              partials().resolve("new-6.part"),
              partials().resolve(".7.journal"));
      for (Path file : left) {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, "half of someth");
      }
      upstream.faultAll(new Fault.Status(500));
      larder.start();
      assertThat(left).allSatisfy(file -> assertThat(file).doesNotExist());
      assertThat(larder.state().resolve("generations")).isDirectoryNotContaining("glob:**/.*");
      assertServes(DB, bytes(published, DB));
    }
  }

  private static byte[] bytes(Map<String, ServedFile> files, String path) {
    return Objects.requireNonNull(files.get(path), path).bytes().copy();
  }

  /// The right bytes or an error, but no others.
  private void assertNeverOther(String path, Map<String, ServedFile> set) throws IOException {
    Answer answer = Download.get(larder.uri(path));
    if (answer.status() == 200) {
      assertThat(answer.body()).isEqualTo(bytes(set, path));
    } else {
      assertThat(answer.status()).isGreaterThanOrEqualTo(500);
    }
  }

  @Test
  void sigtermEndsItInAnOrderlyWayAndASecondOneOnTheSameDataIsRefused() throws Exception {
    upstream.put("iso/notes.bin", Bytes.random(100_000, 1));
    larder.start();
    assertThat(Download.get(larder.uri("iso/notes.bin")).status()).isEqualTo(200);

    Command.Result second = larder.command().timeout(Duration.ofSeconds(60)).run();
    assertThat(second.exit()).isEqualTo(1);
    assertThat(second.output().strip().lines()).hasSize(1);
    assertThat(second.output())
        .contains("another larder serve (process " + larder.pid() + ") is using")
        .contains(larder.data().toString());
    assertThat(larder.isAlive()).isTrue();
    assertThat(Download.get(larder.uri("iso/notes.bin")).status()).isEqualTo(200);

    assertThat(larder.terminate(Duration.ofSeconds(15))).isZero();
    assertThat(larder.output()).doesNotContain("Exception");
    larder.start();
    assertThat(Download.get(larder.uri("iso/notes.bin")).status()).isEqualTo(200);
  }

  @Test
  void sigtermInTheMiddleOfAFillKeepsWhatCame() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      PackageSpec big = PackageSpec.of("big", "1-1").payload(30 << 20);
      repository.add(big);
      upstream.publish(repository.next());
      String path = repository.path(big);
      beginFill(path);
      assertThat(larder.terminate(Duration.ofSeconds(15))).isZero();
      assertThat(larder.output()).doesNotContain("Exception");
      long offset = journalled();
      assertThat(offset).isPositive();
      larder.start();
      assertServes(path, repository.bytes(big));
      assertThat(upstream.requests(path).get(1).header("range")).isEqualTo("bytes=" + offset + "-");
    }
  }
}
