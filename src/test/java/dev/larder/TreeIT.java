package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an operator does to the data directory with the tools of the system: delete, copy, move,
/// damage, serve by something else. Everything that is served afterwards is still right.
class TreeIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final PackageSpec ONE = PackageSpec.of("one", "1-1").payload(100_000);
  private static final PackageSpec TWO = PackageSpec.of("two+@x", "1:1-1").payload(9_000);
  private static final List<PackageSpec> BOTH = List.of(ONE, TWO);

  @TempDir Path upstream;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ArchRepository repository = ArchRepository.unsigned("core");
  private final Path place = Temporary.directory("larder-tree");

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "nginx");
  }

  @AfterEach
  void close() {
    http.close();
    repository.close();
    Temporary.delete(place);
  }

  @Test
  void whatIsDeletedBelowTreeIsFetchedAgain() throws Exception {
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      byte[] database = fetchAll(larder);
      Command.of("find", larder.data().resolve("tree").toString(), "-type", "f", "-delete").runOk();
      assertThat(get(larder, DATABASE)).isEqualTo(database);
      for (PackageSpec spec : BOTH) {
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
        assertThat(larder.file(repository.path(spec))).hasBinaryContent(repository.bytes(spec));
        assertThat(nginx.log("/" + repository.path(spec))).hasSize(2);
      }
      // While requests come in all the time, and with the directories.
      Thread deleting =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 30; i++) {
                  Command.of("find", larder.data().resolve("tree/arch").toString(), "-delete")
                      .run();
                }
              });
      do {
        assertThat(get(larder, DATABASE)).isEqualTo(database);
        for (PackageSpec spec : BOTH) {
          assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
        }
      } while (deleting.isAlive());
    }
  }

  @Test
  void theDatabaseOfFactsMayBeDeletedWhileStopped() throws Exception {
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      byte[] database = fetchAll(larder);
      larder.stop();
      deleteFacts(larder);
      larder.start();
      nginx.kill();
      assertThat(get(larder, DATABASE)).isEqualTo(database);
      for (PackageSpec spec : BOTH) {
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
      }
    }
  }

  @Test
  void theDatabaseOfFactsMayEvenBeDeletedWhileRunning() throws Exception {
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      byte[] database = fetchAll(larder);
      deleteFacts(larder);
      PackageSpec three = PackageSpec.of("three", "1-1").payload(50_000);
      repository.add(three);
      repository.publish(upstream);
      assertThat(get(larder, DATABASE)).isNotEqualTo(database);
      for (PackageSpec spec : List.of(ONE, TWO, three)) {
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
      }
      larder.stop();
      larder.start();
      nginx.kill();
      for (PackageSpec spec : List.of(ONE, TWO, three)) {
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
      }
    }
  }

  @Test
  void dataCanBeMovedToAnotherMachine() throws Exception {
    byte[] database;
    Path copies = Files.createDirectories(place.resolve("copies"));
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place.resolve("here"), List.of(), nginx.url())) {
      database = fetchAll(larder);
      larder.stop();
      // Faithfully, without times, and without what can be found out again.
      for (String how : List.of("-a", "-r", "-r")) {
        Path to = Files.createDirectories(copies.resolve("copy" + list(copies).size()));
        Command.of("cp", how, larder.data().toString(), to.resolve("data").toString()).runOk();
      }
      nginx.kill();
      String gone = nginx.url();
      List<Path> places = list(copies);
      Files.delete(places.getLast().resolve("data/larder.db"));
      for (Path there : places) {
        try (TestLarder moved = TestLarder.in(there, List.of(), gone)) {
          assertThat(get(moved, DATABASE)).isEqualTo(database);
          for (PackageSpec spec : BOTH) {
            assertThat(get(moved, repository.path(spec))).isEqualTo(repository.bytes(spec));
          }
        }
      }
    }
  }

  @Test
  void damagedBytesAreNeverServed() throws Exception {
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      byte[] database = fetchAll(larder);
      for (PackageSpec spec : BOTH) {
        damage(larder.file(repository.path(spec)), false);
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
        assertThat(larder.file(repository.path(spec))).hasBinaryContent(repository.bytes(spec));
        assertThat(nginx.log("/" + repository.path(spec))).hasSize(2);
      }

      // The same size and time: only reading tells. Without facts all is read before its first use.
      larder.stop();
      for (PackageSpec spec : BOTH) {
        damage(larder.file(repository.path(spec)), true);
      }
      deleteFacts(larder);
      larder.start();
      for (PackageSpec spec : BOTH) {
        assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
        assertThat(nginx.log("/" + repository.path(spec))).hasSize(3);
      }

      // The indexes in the tree are copies for other servers; nobody is served from them here.
      Files.write(larder.file(DATABASE), new byte[] {1, 2, 3});
      assertThat(get(larder, DATABASE)).isEqualTo(database);
    }
  }

  @Test
  void aTruncatedFileIsNotServed() throws Exception {
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      fetchAll(larder);
      Path file = larder.file(repository.path(ONE));
      FileTime time = Files.getLastModifiedTime(file);
      Files.write(file, Bytes.random(10, 1));
      Files.setLastModifiedTime(file, time);
      assertThat(get(larder, repository.path(ONE))).isEqualTo(repository.bytes(ONE));
      assertThat(nginx.log("/" + repository.path(ONE))).hasSize(2);
    }
  }

  @Test
  void anyWebServerCanServeTheTree() throws Exception {
    Tools.require("pacman");
    Path tree;
    try (NginxServer nginx = published();
        TestLarder larder = TestLarder.in(place, List.of(), nginx.url())) {
      tree = larder.data().resolve("tree/arch");
      fetchAll(larder);
      assertThat(larder.file(DATABASE)).hasSameBinaryContentAs(upstream.resolve(DATABASE));
      PackageSpec newer = PackageSpec.of("one", "2-1").payload(80_000);
      repository.add(newer);
      repository.publish(upstream);
      get(larder, DATABASE);
      // The index is in the tree, and so is what it names of what clients use.
      assertThat(larder.file(DATABASE)).hasSameBinaryContentAs(upstream.resolve(DATABASE));
      assertThat(larder.file(repository.path(newer))).hasBinaryContent(repository.bytes(newer));
    }
    try (NginxServer plain = NginxServer.serve(tree);
        PacmanClient pacman = new PacmanClient()) {
      pacman.repository("core", plain.url() + "/$repo/os/$arch");
      assertThat(pacman.sync().exit()).isZero();
      Command.Result installed = pacman.install("one", "two+@x");
      assertThat(installed.exit()).as(installed.output()).isZero();
      assertThat(pacman.installed("one")).isEqualTo("2-1");
      assertThat(pacman.installed("two+@x")).isEqualTo("1:1-1");
    }
  }

  private NginxServer published() {
    repository.add(ONE, TWO);
    repository.publish(upstream);
    return NginxServer.serve(upstream);
  }

  /// Everything is held afterwards; returns the database.
  private byte[] fetchAll(TestLarder larder) throws IOException, InterruptedException {
    byte[] database = get(larder, DATABASE);
    for (PackageSpec spec : BOTH) {
      assertThat(get(larder, repository.path(spec))).isEqualTo(repository.bytes(spec));
      // A reader may have the last byte a moment before the file is in its place.
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Files.exists(larder.file(repository.path(spec))));
    }
    return database;
  }

  private static void deleteFacts(TestLarder larder) throws IOException {
    for (Path file : list(larder.data())) {
      if (file.getFileName().toString().startsWith("larder.db")) {
        Files.delete(file);
      }
    }
  }

  /// Flips a bit in the middle.
  private static void damage(Path file, boolean keepTime) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    if (keepTime) {
      Files.setLastModifiedTime(file, time);
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new ArrayList<>(files.sorted().toList());
    }
  }

  private byte[] get(TestLarder larder, String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(larder.uri(path.replace("+", "%2B"))).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }
}
