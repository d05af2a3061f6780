package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Larder is killed while packages are uploaded. Whatever was acknowledged is there afterwards,
/// whatever is there is whole, and nothing else is left.
class RepositoryCrashIT {
  private static final int KILLS = 6;
  private static final Pattern CONSOLE = Pattern.compile("console\\s+(http://\\S+?)/");

  @TempDir Path directory;
  private LarderProcess larder;
  private ArchRepository maker;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "curl");
  }

  @BeforeEach
  void open() throws IOException {
    List<String> tables =
        new ArrayList<>(TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9"));
    tables.addAll(List.of("[repo.internal]", "format = \"pacman\"", "keep = 100"));
    larder = new LarderProcess(directory, "arch", tables);
    maker = ArchRepository.unsigned("maker");
  }

  @AfterEach
  void close() {
    larder.close();
    maker.close();
  }

  @Test
  void aKillWhilePackagesAreUploadedLeavesTheOldOrTheNew() throws Exception {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.printf("uploads: seed %d (-Dlarder.seed)%n", seed);
    Random random = new Random(seed);
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    int started = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      larder.start();
      String console = console();
      String token = Files.readString(larder.data().resolve("cli.token")).strip();
      List<PackageSpec> specs = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        specs.add(PackageSpec.of("p" + started, "1-1").payload(40_000).seed(started));
        started++;
      }
      List<Path> files = maker.add(specs.toArray(PackageSpec[]::new));
      // The first one in warms it up, and is there to be lost.
      assertThat(upload(console, token, files.getFirst())).isTrue();
      acknowledged.add(specs.getFirst().name());
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> uploads = new ArrayList<>();
        for (int i = 1; i < files.size(); i++) {
          Path file = files.get(i);
          String name = specs.get(i).name();
          uploads.add(
              executor.submit(() -> {
                if (upload(console, token, file)) {
                  acknowledged.add(name);
                }
              }));
        }
        Thread.sleep(random.nextInt(1200));
        larder.kill();
        for (Future<?> upload : uploads) {
          upload.get();
        }
      }
      assertWhole(acknowledged);
    }
    System.out.printf(
        "uploads: %d kills, %d of %d acknowledged%n", KILLS, acknowledged.size(), started);
    assertThat(acknowledged).as("some got in").isNotEmpty();
  }

  private String console() throws IOException {
    Matcher found = CONSOLE.matcher(larder.output());
    assertThat(found.find()).as(larder.output()).isTrue();
    return found.group(1);
  }

  /// Whether the server said that the package is in.
  private static boolean upload(String console, String token, Path file) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      console + "/api/v1/repositories/internal/packages/" + file.getFileName()))
              .header("Authorization", "Bearer " + token)
              .PUT(HttpRequest.BodyPublishers.ofFile(file))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
    } catch (IOException e) {
      return false; // killed
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Starts it again and looks at everything with a strict client.
  private void assertWhole(Set<String> acknowledged) throws Exception {
    larder.start();
    String top = larder.uri("").toString().replaceFirst("/arch/$", "") + "/repo/internal";
    Path key = Files.write(directory.resolve("key.asc"), Curl.get(top + "/key.asc").body().copy());
    try (PacmanClient client =
        new PacmanClient()
            .repository("internal", top + "/$arch")
            .signatures("Required DatabaseRequired")
            .trust(key)) {
      assertThat(client.sync().exit()).isZero();
      List<String> there =
          client.run("-Slq", "internal").output().lines().filter(line -> !line.isBlank()).toList();
      assertThat(there).containsAll(acknowledged);
      if (!there.isEmpty()) {
        List<String> arguments = new ArrayList<>(List.of("--noconfirm", "--quiet"));
        arguments.addAll(there);
        assertThat(client.run("-Sw", arguments.toArray(String[]::new)).exit()).isZero();
      }
      List<String> left =
          LarderProcess.filesBelow(larder.data().resolve("tree/repo/internal/x86_64")).stream()
              .filter(name -> name.contains(".pkg.tar") && !name.endsWith(".sig"))
              .map(name -> name.replaceFirst("-1-1-any.*", ""))
              .toList();
      assertThat(left).containsExactlyInAnyOrderElementsOf(there);
      assertThat(larder.data().resolve("state/repo/internal/incoming")).doesNotExist();
    }
    larder.kill();
  }

  @Test
  void aDamagedGenerationIsPassedOverAndNoPackageIsLost() throws Exception {
    larder.start();
    String token = Files.readString(larder.data().resolve("cli.token")).strip();
    for (Path file : maker.add(PackageSpec.of("one", "1-1"), PackageSpec.of("two", "1-1"))) {
      assertThat(upload(console(), token, file)).isTrue();
    }
    larder.kill();
    Path generations =
        larder.data().resolve("state/repo/internal").resolve("root").resolve("generations");
    Path newest = generations.resolve("3/index/x86_64/internal.db");
    Files.write(newest, Arrays.copyOf(Files.readAllBytes(newest), 10));

    larder.start();
    assertThat(larder.output()).contains("generations that cannot be read are passed over");
    assertThat(LarderProcess.filesBelow(larder.data().resolve("tree/repo/internal/x86_64")))
        .contains("one-1-1-any.pkg.tar.zst", "two-1-1-any.pkg.tar.zst");
    // Whatever comes next is a new generation; the damaged one is not written over.
    Path more = maker.add(PackageSpec.of("three", "1-1")).getFirst();
    assertThat(upload(console(), token, more)).isTrue();
    assertThat(generations.resolve("4")).isDirectory();
  }
}
