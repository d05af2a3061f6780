package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.HoldProcess;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Clients that have an index while upstream publishes the next one, in which a package has the
/// same file name and other bytes. Who is who is told by the address, so the clients here come from
/// different addresses of 127.0.0.0/8.
class ClientsInFlightIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final PackageSpec OLD = PackageSpec.of("same", "1-1").payload(60_000).seed(1);
  private static final PackageSpec NEW = OLD.seed(2);
  private static final PackageSpec NEWEST = OLD.seed(3);

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar");
  }

  @Test
  void everyClientGetsTheBytesOfTheIndexItHas() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      byte[] old = publish(repository, upstream, OLD);
      try (TestLarder larder = TestLarder.of(upstream.url());
          Client first = new Client(larder, "127.0.0.1");
          Client second = new Client(larder, "127.0.0.2");
          Client third = new Client(larder, "127.0.0.3")) {
        first.get(DATABASE);
        assertThat(first.get(repository.path(OLD)).body()).isEqualTo(old);

        byte[] fresh = publish(repository, upstream, NEW);
        assertThat(fresh).isNotEqualTo(old);
        second.get(DATABASE);

        for (int i = 0; i < 3; i++) {
          assertThat(first.get(repository.path(OLD)).body()).isEqualTo(old);
          assertThat(second.get(repository.path(OLD)).body()).isEqualTo(fresh);
          assertThat(third.get(repository.path(OLD)).body())
              .as("who was handed no index gets what is current")
              .isEqualTo(fresh);
        }
        assertThat(larder.file(repository.path(OLD))).hasBinaryContent(fresh);
        assertThat(upstream.count(repository.path(OLD))).as("fetches").isEqualTo(2);

        byte[] newest = publish(repository, upstream, NEWEST);
        third.get(DATABASE);
        assertThat(first.get(repository.path(OLD)).body()).isEqualTo(old);
        assertThat(second.get(repository.path(OLD)).body()).isEqualTo(fresh);
        assertThat(third.get(repository.path(OLD)).body()).isEqualTo(newest);
        second.get(DATABASE);
        assertThat(second.get(repository.path(OLD)).body())
            .as("a client that has synced again")
            .isEqualTo(newest);
      }
    }
  }

  @Test
  void aClientThatWasHandedTheIndexFromMemoryCountsToo() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      byte[] old = publish(repository, upstream, OLD);
      try (TestLarder larder = TestLarder.with(List.of("refresh = \"1h\""), upstream.url());
          Client first = new Client(larder, "127.0.0.1");
          Client second = new Client(larder, "127.0.0.2")) {
        first.get(repository.path(OLD));
        for (int i = 0; i < 3; i++) {
          first.get(DATABASE);
        }
        second.get(DATABASE);
        publish(repository, upstream, NEW);
        larder.mirror().refresh(false);
        assertThat(second.get(repository.path(OLD)).body()).isEqualTo(old);
      }
    }
  }

  @Test
  void aClientIsHeldNoLongerThanItSaysInTheSettings() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      byte[] old = publish(repository, upstream, OLD);
      try (TestLarder larder = TestLarder.with(List.of("hold = \"3s\""), upstream.url());
          Client first = new Client(larder, "127.0.0.1");
          Client second = new Client(larder, "127.0.0.2")) {
        first.get(repository.path(OLD));
        byte[] fresh = publish(repository, upstream, NEW);
        second.get(DATABASE);
        // A machine that was handed nothing yet, then the first index, then nothing for long.
        assertThat(first.get(repository.path(OLD)).body()).isEqualTo(fresh);
        URI pinned = first.uri("@1/" + DATABASE);
        assertThat(first.get(pinned).statusCode()).isEqualTo(200);
        assertThat(first.get(repository.path(OLD)).body()).isEqualTo(old);
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () -> assertThat(first.get(repository.path(OLD)).body()).isEqualTo(fresh));
      }
    }
  }

  @Test
  void aGenerationCanBeReadByItsNumberWhileItIsHeld() throws Exception {
    Tools.require("gpg");
    try (SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository repository = ArchRepository.signed("core", key);
        FaultyUpstream upstream = FaultyUpstream.start()) {
      publish(repository, upstream, OLD);
      byte[] database = upstream.file(DATABASE).bytes().copy();
      byte[] signature = upstream.file(DATABASE + ".sig").bytes().copy();
      try (TestLarder larder = TestLarder.of(upstream.url());
          Client client = new Client(larder, "127.0.0.1")) {
        HttpResponse<byte[]> moved = client.get(DATABASE);
        assertThat(moved.statusCode()).isEqualTo(302);
        assertThat(moved.headers().firstValue("Location")).contains("/arch/@1/" + DATABASE);
        publish(repository, upstream, NEW);
        assertThat(client.get(DATABASE).headers().firstValue("Location"))
            .contains("/arch/@2/" + DATABASE);
        assertThat(client.get("@1/" + DATABASE).body()).isEqualTo(database);
        assertThat(client.get("@1/" + DATABASE + ".sig").body()).isEqualTo(signature);
        assertThat(client.get("@2/" + DATABASE).body()).isNotEqualTo(database);

        HttpResponse<byte[]> unknown = client.get("@7/" + DATABASE);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(new String(unknown.body(), StandardCharsets.UTF_8))
            .contains("Generation 7 is no longer held; ask again without @7");
        HttpResponse<byte[]> nothing = client.get("@1/core/os/x86_64/other.db");
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(new String(nothing.body(), StandardCharsets.UTF_8))
            .contains("Generation 1 has no such file");
      }
    }
  }

  @Test
  void onlySoManyGenerationsAreHeldOnceNobodyIsAmongThem() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      publish(repository, upstream, OLD);
      try (TestLarder larder = TestLarder.with(List.of("held-generations = 2"), upstream.url());
          Client client = new Client(larder, "127.0.0.1")) {
        client.get(DATABASE);
        client.get(repository.path(OLD));
        for (int i = 0; i < 4; i++) {
          publish(repository, upstream, OLD.seed(10 + i));
          client.get(DATABASE);
        }
        // All are young, and somebody may just be following a redirect into one.
        assertThat(generations(larder)).containsExactly("1", "2", "3", "4", "5");
        assertThat(aside(larder)).hasSize(4);
        larder.restartAfter(Duration.ofMinutes(3));
        publish(repository, upstream, NEWEST);
        client.get(DATABASE);
        assertThat(generations(larder)).containsExactly("4", "5", "6");
        assertThat(aside(larder)).hasSize(2);
        assertThat(client.get("@3/" + DATABASE).statusCode()).isEqualTo(404);
        assertThat(client.get("@4/" + DATABASE).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void generationsAreHeldOnlySoLong() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start()) {
      publish(repository, upstream, OLD);
      try (TestLarder larder = TestLarder.with(List.of("held-for = \"1h\""), upstream.url());
          Client client = new Client(larder, "127.0.0.1")) {
        for (int i = 0; i < 3; i++) {
          client.get(DATABASE);
          publish(repository, upstream, OLD.seed(10 + i));
        }
        larder.restartAfter(Duration.ofMinutes(30));
        client.get(DATABASE);
        assertThat(generations(larder)).containsExactly("1", "2", "3", "4");
        larder.restartAfter(Duration.ofMinutes(45));
        try (HoldProcess _ = HoldProcess.start(larder.data()).holding()) {
          client.get(DATABASE);
          assertThat(generations(larder)).as("a backup reads").containsExactly("1", "2", "3", "4");
        }
        client.get(DATABASE);
        assertThat(generations(larder)).as("upstream is as it was").containsExactly("4");
        publish(repository, upstream, NEWEST);
        client.get(DATABASE);
        // 4 is 45 minutes old; the others are too old, even if there is room for them.
        assertThat(generations(larder)).containsExactly("4", "5");
      }
    }
  }

  private static byte[] publish(
      ArchRepository repository, FaultyUpstream upstream, PackageSpec spec) {
    repository.add(spec);
    upstream.publish(repository.next());
    return repository.bytes(spec);
  }

  private static List<String> generations(TestLarder larder) {
    return names(larder.state("generations"));
  }

  private static List<String> aside(TestLarder larder) {
    return names(larder.state("held"));
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A client machine with an address of its own.
  private static final class Client implements AutoCloseable {
    private final HttpClient http;
    private final TestLarder larder;

    Client(TestLarder larder, String address) {
      this.larder = larder;
      this.http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .localAddress(InetAddress.ofLiteral(address))
              .build();
    }

    URI uri(String path) {
      return larder.uri(path);
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
      return get(larder.uri(path));
    }

    HttpResponse<byte[]> get(URI uri) throws IOException, InterruptedException {
      return http.send(
          HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
      http.close();
    }
  }
}
