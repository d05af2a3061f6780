package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.cache.CacheReport;
import dev.larder.mirror.MirrorReport.RootReport;
import dev.larder.testing.Command;
import dev.larder.testing.NginxServer;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A day in the life of a mirror that may take two gigabytes and could use four: every hour
/// upstream publishes, and clients ask for what they like. The disk never holds more than it may,
/// what goes is counted, and as long as there is a file that no held index names, none goes that
/// one does.
class CacheDayIT {
  private static final Logger LOG = LoggerFactory.getLogger(CacheDayIT.class);
  private static final long SEED = 20_261_126;
  private static final long CAP = 2L << 30;
  private static final int PACKAGES = 220;
  private static final int HOURS = 24;
  private static final int REQUESTS_AN_HOUR = 22;
  private static final String DIRECTORY = "core/os/x86_64/";
  private static final byte[] ZSTD = {(byte) 0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

  private final Random random = new Random(SEED);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path upstream = Temporary.directory("larder-day-upstream");
  private final Path data = Temporary.directory("larder-day");
  private final Map<Integer, Integer> versions = new TreeMap<>();
  private final List<Set<String>> published = new ArrayList<>(); // that of generation 1 first

  @BeforeAll
  static void tools() {
    Tools.require("nginx", "bsdtar", "du");
  }

  @Test
  void aDayOfRequestsStaysWithinTheCapAndCostsTheUnreferencedFirst() throws Exception {
    for (int i = 0; i < PACKAGES; i++) {
      versions.put(i, 1);
    }
    publish();
    List<String> tables =
        new ArrayList<>(
            List.of(
                "[mirror.arch]",
                "format = \"pacman\"",
                "refresh = \"0s\"",
                "held-generations = 2",
                "[cache]",
                "max-size = \"" + (CAP >> 20) + "MiB\"",
                "min-free = \"0B\""));
    long asked = 0;
    Set<String> lost = new HashSet<>();
    try (NginxServer nginx = NginxServer.serve(upstream)) {
      tables.add(3, "upstream = \"" + nginx.url() + "\"");
      try (TestLarder larder = TestLarder.tables(data, "arch", tables)) {
        for (int hour = 0; hour < HOURS; hour++) {
          get(larder, DIRECTORY + "core.db");
          // That waits two seconds for the new index and its packages; this, until they are here.
          larder.mirror().refresh(false);
          assertThat(larder.mirror().report().roots().getFirst().generation())
              .isEqualTo(published.size());
          tidy(larder);
          for (int i = 0; i < REQUESTS_AN_HOUR; i++) {
            Set<String> before = held(larder);
            String wanted = name(favourite(), true);
            assertThat(get(larder, DIRECTORY + wanted)).as(wanted).isEqualTo(size(wanted));
            asked++;
            Set<String> gone = new TreeSet<>(before);
            gone.removeAll(held(larder));
            lost.addAll(gone);
            theUnreferencedWentFirst(larder, before, gone);
          }
          withinTheCap(larder);
          larder.restartAfter(Duration.ofHours(1));
          bump();
          publish();
        }
        LOG.info("{} requests, {} files went", asked, lost.size());
        assertThat(lost).as("the cap was felt").hasSizeGreaterThan(50);
      }
    } finally {
      http.close();
      Temporary.delete(upstream);
      Temporary.delete(data);
    }
  }

  /// Some packages are asked for far more often than others.
  private int favourite() {
    double skew = random.nextDouble();
    return (int) (skew * skew * PACKAGES);
  }

  private int version(int number) {
    return versions.getOrDefault(number, 1);
  }

  private void bump() {
    for (int i = 0; i < PACKAGES / 12; i++) {
      versions.merge(random.nextInt(PACKAGES), 1, Integer::sum);
    }
  }

  private String name(int number, boolean newest) {
    int version = version(number) - (newest ? 0 : 1);
    return "p%d-%d-1-any.pkg.tar.zst".formatted(number, version);
  }

  /// From a few hundred kilobytes to forty megabytes, most of them small, as packages are.
  private static long size(String file) {
    int number = Integer.parseInt(file.substring(1, file.indexOf('-')));
    double part = new Random(SEED + number * 7_919L).nextDouble();
    return 300_000 + (long) (part * part * 54e6);
  }

  /// Writes what is new of the packages and the index of all of them.
  private void publish() throws Exception {
    Path directory = Files.createDirectories(upstream.resolve(DIRECTORY));
    Path entries = Temporary.directory("larder-day-db");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < PACKAGES; i++) {
      String file = name(i, true);
      names.add(file);
      Path place = directory.resolve(file);
      Path sum = upstream.resolve("sums").resolve(file);
      if (!Files.exists(place)) {
        write(place, file);
        Files.createDirectories(upstream.resolve("sums"));
        Files.writeString(sum, sha256(file));
        if (version(i) > 2) {
          Files.deleteIfExists(directory.resolve(name(i, false)));
        }
      }
      Path entry = entries.resolve("p%d-%d-1".formatted(i, version(i)));
      Files.createDirectories(entry);
      Files.writeString(
          entry.resolve("desc"),
          """
          %%FILENAME%%
          %s

          %%NAME%%
          p%d

          %%VERSION%%
          %d-1

          %%CSIZE%%
          %d

          %%SHA256SUM%%
          %s

          %%ARCH%%
          any

          """
              .formatted(file, i, version(i), size(file), Files.readString(sum)));
    }
    Path database = directory.resolve(".core.db");
    // As repo-add has them: names without a "./" before them.
    Command.of("bsdtar", "-czf", database.toString(), "-C", entries.toString())
        .with(entryNames(entries))
        .runOk();
    Files.move(
        database, directory.resolve("core.db"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Temporary.delete(entries);
    published.add(names);
  }

  private static String[] entryNames(Path entries) throws IOException {
    try (Stream<Path> all = Files.list(entries)) {
      return all.map(entry -> entry.getFileName().toString()).sorted().toArray(String[]::new);
    }
  }

  /// A file of the right size that takes nearly nothing of upstream's disk.
  private static void write(Path place, String file) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(place.toFile(), "rw")) {
      out.write(ZSTD);
      out.write(file.getBytes(UTF_8));
      out.setLength(size(file));
    }
  }

  private static String sha256(String file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(ZSTD);
    digest.update(file.getBytes(UTF_8));
    byte[] zeros = new byte[1 << 16];
    long left = size(file) - ZSTD.length - file.length();
    while (left > 0) {
      int n = (int) Math.min(left, zeros.length);
      digest.update(zeros, 0, n);
      left -= n;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// @return how many bytes came
  private long get(TestLarder larder, String path) throws Exception {
    var response =
        http.send(HttpRequest.newBuilder(larder.uri(path)).build(), BodyHandlers.ofInputStream());
    try (var body = response.body()) {
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      return body.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }

  /// What was decided by the index before this one is done when this returns.
  private void tidy(TestLarder larder) throws Exception {
    int port = larder.larder().consoleAddresses().getFirst().getPort();
    URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/cache/gc");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + larder.token())
            .POST(BodyPublishers.noBody())
            .build();
    assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
  }

  private static Set<String> held(TestLarder larder) throws IOException {
    try (Stream<Path> files = Files.list(larder.file(DIRECTORY))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".zst"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /// What was lost in one step may be named by a held index only if nothing is left that none
  /// names.
  private void theUnreferencedWentFirst(TestLarder larder, Set<String> before, Set<String> gone) {
    Map<String, Boolean> referenced = new HashMap<>();
    RootReport root = larder.mirror().report().roots().getFirst();
    List<Long> generations = new ArrayList<>(root.held());
    generations.add(root.generation());
    for (String file : before) {
      referenced.put(
          file, generations.stream().anyMatch(n -> published.get((int) (n - 1)).contains(file)));
    }
    List<String> dear = gone.stream().filter(file -> isTrue(referenced, file)).toList();
    List<String> cheap =
        before.stream().filter(file -> !isTrue(referenced, file) && !gone.contains(file)).toList();
    if (!dear.isEmpty()) {
      assertThat(cheap).as("still here when %s went, generations %s", dear, generations).isEmpty();
    }
  }

  private static boolean isTrue(Map<String, Boolean> map, String key) {
    return map.getOrDefault(key, false);
  }

  private void withinTheCap(TestLarder larder) {
    CacheReport report = larder.larder().cache();
    assertThat(report.taken()).isLessThanOrEqualTo(CAP);
    Command sum =
        Command.of(
            "du",
            "-sc",
            "--block-size=1",
            larder.data().resolve("tree/arch").toString(),
            larder.data().resolve("state/arch").toString());
    // It fails where a file goes while it walks, and files go in the background.
    Command.Result said = await().atMost(Duration.ofMinutes(1)).until(sum::run, Command.Result::ok);
    long du =
        Long.parseLong(said.output().strip().lines().toList().getLast().replaceFirst("\\s.*", ""));
    assertThat(du).isLessThanOrEqualTo(CAP);
  }
}
