package dev.larder;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Download;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mirror that is offered to strangers, one of whom asks for all it can get: other clients notice
/// nothing, the upstream little, and neither disk nor memory fills up. Larder is a process of its
/// own with the heap it has in earnest, the quiet client the real pacman.
class FloodIT {
  private static final int FILLS = 3;
  private static final String BRANCH = "core/os/x86_64/";
  private static final PackageSpec[] QUIET = specs("quiet", 12, 200_000);
  private static final PackageSpec[] WANTED = specs("wanted", 12, 1 << 20);

  @TempDir Path directory;
  private FaultyUpstream upstream;
  private LarderProcess larder;

  private static PackageSpec[] specs(String name, int count, int bytes) {
    return IntStream.range(0, count)
        .mapToObj(i -> PackageSpec.of(name + i, "1-1").payload(bytes).seed(i))
        .toArray(PackageSpec[]::new);
  }

  @BeforeEach
  void start() throws IOException {
    Tools.require("pacman", "repo-add", "bsdtar", "zstd");
    upstream = FaultyUpstream.start();
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(QUIET);
      repository.add(WANTED);
      Map<String, ServedFile> published = repository.next();
      upstream.publish(published);
    }
    for (PackageSpec spec : WANTED) {
      // Half a minute for each: a fill does not end while the flood lasts.
      upstream.fault(BRANCH + spec.fileName(), new Fault.Paced(32 << 10, Duration.ofSeconds(1)));
    }
    List<String> tables = new ArrayList<>();
    tables.addAll(
        List.of(
            "[limits]",
            "connections-per-client = 60",
            "fills-per-client = " + FILLS,
            "requests-per-client = 100",
            "request-burst = 300",
            "bytes-per-client = \"20MB\"",
            "exempt = []"));
    tables.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), upstream.url()));
    tables.addAll(
        TestLarder.mirrorTable("fbsd", "freebsd-pkg", List.of(), upstream.url() + "/freebsd"));
    larder = new LarderProcess(directory, "arch", tables).start();
  }

  @AfterEach
  void stop() {
    larder.close();
    upstream.close();
  }

  private static String madeUp(Random random) {
    String name = "made-up-" + random.nextInt(1_000_000);
    return switch (random.nextInt(6)) {
      case 0 -> "/arch/" + BRANCH + name + "-1-1-x86_64.pkg.tar.zst";
      case 1 -> "/arch/" + name + "/os/x86_64/" + name + ".db";
      case 2 -> "/arch/" + BRANCH + name + ".iso";
      case 3 -> "/arch/@" + random.nextInt(9) + "/" + BRANCH + "core.db";
      case 4 -> "/fbsd/FreeBSD:99:amd64/" + name + "/meta.conf";
      default -> "/arch/" + BRANCH;
    };
  }

  @Test
  void oneClientsFloodIsRefusedAndAQuietOneIsServed() throws Exception {
    try (PacmanClient pacman = new PacmanClient();
        Flood flood = new Flood(larder.uri(""))) {
      pacman.repository("core", larder.uri("$repo/os/$arch").toString().replace("%24", "$"));
      assertOk(pacman.sync());
      long before = hits();
      List<String> descriptors = larder.descriptors();
      // First what nobody has, which takes turns that are short.
      flood.ask(20, FloodIT::madeUp);
      await().atMost(Duration.ofSeconds(20)).until(() -> flood.count(404) > 200);
      flood.takeNothing(10, "/arch/" + BRANCH + WANTED[0].fileName());
      flood.ask(60, random -> "/arch/" + BRANCH + WANTED[random.nextInt(WANTED.length)].fileName());
      await().atMost(Duration.ofSeconds(20)).until(() -> flood.count(429) > 0);

      String[] names = Stream.of(QUIET).map(PackageSpec::name).toArray(String[]::new);
      int rounds = 0;
      do {
        pacman.clearCache();
        assertOk(pacman.sync(true));
        assertOk(pacman.download(names));
        assertThat(pacman.cached()).hasSizeGreaterThanOrEqualTo(QUIET.length);
        rounds++;
      } while (rounds < 3 || !wasRefused(flood, "fills-per-client"));
      long during = hits();
      System.out.printf(
          "flood: %s; %d rounds of pacman meanwhile; hits in a second %d, without the flood %d;"
              + " peak of resident memory %d MiB%n",
          flood, rounds, during, before, larder.residentPeak() >> 20);

      assertThat(during * 50).isGreaterThan(before);
      assertRefused(flood);
      assertThat(fillsOfTheFlood()).isLessThanOrEqualTo(FILLS);
      // 60 connections, those that are only told that they are too many, fills, and files.
      assertThat(larder.descriptors().size()).isLessThan(descriptors.size() + 200);
    }
    assertNothingIsLeft();
  }

  private static void assertOk(Command.Result result) {
    assertThat(result.exit()).as(result.output()).isZero();
  }

  private static boolean wasRefused(Flood flood, String key) {
    return flood.refusals.keySet().stream().anyMatch(line -> line.contains("[limits] " + key));
  }

  /// One line that names the limit, and when to come again.
  private static void assertRefused(Flood flood) {
    assertThat(flood.refusals.keySet())
        .anyMatch(line -> line.contains("[limits] connections-per-client"))
        .anyMatch(line -> line.contains("[limits] fills-per-client"));
    assertThat(flood.refusals.values()).allMatch(seconds -> seconds.matches("[1-9]\\d?"));
  }

  /// How many requests a quiet client gets answered in a second, one after the other.
  private long hits() throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    long count = 0;
    while (System.nanoTime() < end && count < 100) {
      assertThat(Download.get(larder.uri(BRANCH + "core.db")).status()).isEqualTo(200);
      count++;
    }
    return count;
  }

  /// How many of the wanted packages it got asked for upstream.
  private long fillsOfTheFlood() {
    return upstream.requests().stream()
        .map(SeenRequest::path)
        .filter(path -> path.contains("/wanted"))
        .distinct()
        .count();
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(larder.isAlive()).isTrue();
    assertThat(larder.terminate(Duration.ofSeconds(30))).isZero();
    String output = larder.output();
    assertThat(output).doesNotContain("OutOfMemoryError").doesNotContain("Too many open files");
    assertThat(output.lines().filter(line -> line.contains("refused to 127.0.0.2")).count())
        .isBetween(1L, 2L);
    try (Stream<Path> all = Files.walk(larder.data())) {
      for (Path file : (Iterable<Path>) all::iterator) {
        assertThat(file.toString()).doesNotContain("made-up").doesNotContain("FreeBSD:99");
        if (file.getFileName().toString().startsWith("larder.db")) {
          boolean noted = Files.readString(file, ISO_8859_1).contains("made-up");
          assertThat(noted).as("made-up names in " + file).isFalse();
        }
      }
    }
    // What was fetched is what the flood's three turns and the quiet client asked for.
    assertThat(LarderProcess.filesBelow(larder.data().resolve("tree")))
        .filteredOn(name -> name.endsWith(".zst"))
        .hasSizeLessThanOrEqualTo(QUIET.length + FILLS);
  }
}
