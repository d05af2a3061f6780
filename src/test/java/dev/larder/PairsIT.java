package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.pacman.PacmanFormat;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a client may rely on while upstream publishes without pause: a database and its signature
/// are of one publication, every package it names is to be had with the bytes it promises, and its
/// Last-Modified tells other bytes apart. By a client of our own, which is faster than pacman and
/// looks closer.
class PairsIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final int CLIENTS = 8;
  private static final int ROUNDS = 50;

  /// Larder switches at most once per second: Last-Modified has no finer times.
  private static final int EVERY = 32;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar");
  }

  @Test
  void everyDatabaseHasItsSignatureAndEveryPackageItNames() throws Exception {
    Tools.require("gpg");
    try (SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository repository = ArchRepository.signed("core", key)) {
      hammer(states(repository), true);
    }
  }

  @Test
  void anUnsignedDatabaseIsServedWhereItIsAskedForAndTellsItsChangesApart() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      hammer(states(repository), false);
    }
  }

  /// Six states of a repository. `app` has another version in each, `same` other bytes under the
  /// same name in each third.
  private static List<Map<String, ServedFile>> states(ArchRepository repository) {
    List<Map<String, ServedFile>> states = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      repository.add(
          PackageSpec.of("app", "1-" + (i + 1)).payload(150_000).seed(i),
          PackageSpec.of("same", "1-1").payload(30_000).seed(i / 2));
      states.add(repository.next());
    }
    return states;
  }

  private static void hammer(List<Map<String, ServedFile>> states, boolean signed)
      throws Exception {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      Publisher publisher = new Publisher(upstream, states);
      publisher.publish();
      try (TestLarder larder = TestLarder.of(upstream.url());
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(new Client(larder, publisher, i + 1, signed));
        }
        // From here on all packages are in the working set.
        clients.getFirst().round();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger rounds = new AtomicInteger();
        Future<?> publishing = threads.submit(() -> publisher.publishUntil(over, rounds));
        List<Future<?>> running = new ArrayList<>();
        for (Client client : clients) {
          running.add(
              threads.submit(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                  client.round();
                  rounds.incrementAndGet();
                }
                return null;
              }));
        }
        try {
          for (Future<?> client : running) {
            client.get();
          }
        } finally {
          over.set(true);
        }
        publishing.get();
        Set<String> seen =
            clients.stream().flatMap(client -> client.seen.stream()).collect(Collectors.toSet());
        assertThat(seen).as("states that clients saw").hasSizeGreaterThan(2);
        assertThat(larder.mirror().report().roots().getFirst().generation()).isGreaterThan(5);
        clients.forEach(Client::close);
      }
    }
  }

  /// Publishes the states again and again, each time later than before.
  private static final class Publisher {
    private final FaultyUpstream upstream;
    private final List<Map<String, ServedFile>> states;
    private final Map<String, Map<String, ServedFile>> byDatabase = new ConcurrentHashMap<>();
    private Instant time = Instant.ofEpochSecond(1_700_000_000);
    private int count;

    Publisher(FaultyUpstream upstream, List<Map<String, ServedFile>> states) {
      this.upstream = upstream;
      this.states = states;
      for (Map<String, ServedFile> state : states) {
        byDatabase.put(sha256(file(state, DATABASE).bytes().copy()), state);
      }
    }

    void publish() {
      time = time.plusSeconds(1);
      Map<String, ServedFile> files = new HashMap<>();
      states
          .get(count++ % states.size())
          .forEach((path, file) ->
              files.put(
                  path,
                  path.contains(".pkg.tar") ? file : ServedFile.of(file.bytes().copy(), time)));
      byte[] token =
          (time.getEpochSecond() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
      files.put("lastupdate", ServedFile.of(token, time));
      upstream.publish(files);
    }

    /// A publication after every so many rounds: about as fast as clients see them.
    void publishUntil(AtomicBoolean over, AtomicInteger rounds) {
      while (!over.get()) {
        int next = rounds.get() + EVERY;
        Awaitility.await()
            .pollInterval(Duration.ofMillis(5))
            .atMost(Duration.ofMinutes(2))
            .until(() -> over.get() || rounds.get() >= next);
        publish();
      }
    }

    Map<String, ServedFile> state(String sha256) {
      Map<String, ServedFile> state = byDatabase.get(sha256);
      if (state == null) {
        throw new AssertionError("no database was published with sha256 " + sha256);
      }
      return state;
    }
  }

  private static final class Client implements AutoCloseable {
    private final HttpClient http;
    // From another address: it may be handed a newer database than the one we are looking at.
    private final HttpClient probe;
    private final TestLarder larder;
    private final Publisher publisher;
    private final boolean signed;
    final Set<String> seen = ConcurrentHashMap.newKeySet();
    private String lastDatabase = "";
    private Instant lastTime = Instant.EPOCH;

    Client(TestLarder larder, Publisher publisher, int number, boolean signed) {
      this.larder = larder;
      this.publisher = publisher;
      this.signed = signed;
      this.http = from("127.0.2." + number);
      this.probe = from("127.0.3." + number);
    }

    private static HttpClient from(String address) {
      return HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .localAddress(InetAddress.ofLiteral(address))
          .build();
    }

    void round() throws IOException, InterruptedException {
      URI uri = larder.uri(DATABASE);
      if (signed) {
        HttpResponse<byte[]> moved = get(http, uri, "");
        assertThat(moved.statusCode()).isEqualTo(302);
        uri = uri.resolve(moved.headers().firstValue("Location").orElseThrow());
      }
      HttpResponse<byte[]> answer = get(http, uri, "");
      assertThat(answer.statusCode()).isEqualTo(200);
      byte[] database = answer.body();
      String sha256 = sha256(database);
      seen.add(sha256);
      Map<String, ServedFile> state = publisher.state(sha256);
      Instant time = time(answer, "Last-Modified");
      assertThat(time).isBeforeOrEqualTo(time(answer, "Date"));
      if (sha256.equals(lastDatabase)) {
        assertThat(time).isAfterOrEqualTo(lastTime);
      } else {
        assertThat(time).as("other bytes, a later time").isAfter(lastTime);
      }
      checkConditions(uri, time, sha256);
      lastDatabase = sha256;
      lastTime = time;
      if (signed) {
        HttpResponse<byte[]> signature = get(http, URI.create(uri + ".sig"), "");
        assertThat(signature.statusCode()).isEqualTo(200);
        assertThat(signature.body()).isEqualTo(file(state, DATABASE + ".sig").bytes().copy());
      }
      checkPackages(database, state);
    }

    /// Only the very time is a match. In between there may be a switch, then bytes and time are
    /// new.
    private void checkConditions(URI uri, Instant time, String sha256)
        throws IOException, InterruptedException {
      HttpResponse<byte[]> same = get(probe, uri, http(time));
      if (same.statusCode() != 304) {
        assertThat(same.statusCode()).isEqualTo(200);
        assertThat(time(same, "Last-Modified")).isAfter(time);
        assertThat(signed).as("a path in one generation never changes").isFalse();
      }
      for (long off : new long[] {-1, 1}) {
        HttpResponse<byte[]> other = get(probe, uri, http(time.plusSeconds(off)));
        if (other.statusCode() == 304) {
          // Just switched to a generation of that very time.
          assertThat(signed).isFalse();
          assertThat(off).isPositive();
        } else {
          assertThat(other.statusCode()).isEqualTo(200);
          assertThat(signed && !sha256(other.body()).equals(sha256)).isFalse();
        }
      }
    }

    private void checkPackages(byte[] database, Map<String, ServedFile> state)
        throws IOException, InterruptedException {
      Map<RelPath, Expected> promises = new HashMap<>();
      new PacmanFormat()
          .read(new RelPath(DATABASE), new ByteArrayInputStream(database), promises::put);
      assertThat(promises).hasSize(signed ? 4 : 2);
      for (Map.Entry<RelPath, Expected> promise : promises.entrySet()) {
        String path = promise.getKey().value();
        HttpResponse<byte[]> answer = get(http, larder.uri(path), "");
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        assertThat(Checksum.sha256(answer.body()))
            .as(path)
            .isEqualTo(promise.getValue().checksum());
        assertThat(new Bytes(answer.body())).isEqualTo(file(state, path).bytes());
      }
    }

    private HttpResponse<byte[]> get(HttpClient client, URI uri, String since)
        throws IOException, InterruptedException {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri);
      if (!since.isEmpty()) {
        request.header("If-Modified-Since", since);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
      http.close();
      probe.close();
    }
  }

  private static Instant time(HttpResponse<?> answer, String header) {
    String value = answer.headers().firstValue(header).orElseThrow();
    return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  private static String http(Instant time) {
    return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.ROOT)
        .format(time.atZone(java.time.ZoneOffset.UTC));
  }

  private static ServedFile file(Map<String, ServedFile> state, String path) {
    ServedFile file = state.get(path);
    if (file == null) {
      throw new AssertionError("nothing was published at " + path);
    }
    return file;
  }

  private static String sha256(byte[] bytes) {
    return Checksum.sha256(bytes).hex();
  }
}
