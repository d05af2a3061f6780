package dev.larder;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Download;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Temporary;
import dev.larder.testing.WrongClock;
import dev.larder.wire.CleanupResult;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import dev.larder.wire.TokenCreated;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder serve` starts while the clock is years behind, as on a machine with an empty battery,
/// and then the clock is set.
class WrongClockIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final PackageSpec ONE = PackageSpec.of("one", "1-1");
  private static final Duration YEARS_BEHIND = Duration.ofDays(-3000);

  @TempDir Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final FaultyUpstream upstream = FaultyUpstream.start();
  private ArchRepository repository;
  private Map<String, ServedFile> first = Map.of();
  private WrongClock clock;
  private LarderProcess larder;

  @BeforeEach
  void prepare() throws IOException {
    repository = ArchRepository.unsigned("core");
    repository.add(ONE);
    first = repository.next();
    upstream.publish(first);
    List<String> tables =
        new ArrayList<>(
            TestLarder.mirrorTable(
                "arch",
                "pacman",
                List.of("keep = \"1d\"", "held-for = \"1d\"", "accept-rollback-after = \"1d\""),
                upstream.url()));
    tables.addAll(List.of("[repo.internal]", "format = \"pacman\"", "held-generations = 2"));
    clock = WrongClock.in(directory);
    clock.set(YEARS_BEHIND);
    larder = new LarderProcess(directory, "arch", tables);
    clock.environment().forEach(larder::env);
  }

  @AfterEach
  void stop() {
    larder.close();
    repository.close();
    http.close();
    upstream.close();
  }

  @Test
  void mirrorsServeAndWhatTheyHoldAgesFromWhenTheClockIsRight() throws Exception {
    larder.start();
    assertThat(larder.output())
        .containsOnlyOnce("the clock says 20")
        .contains("nothing is removed because of its age")
        .contains("set the clock");
    assertServed(DATABASE, first);
    assertServed(repository.path(ONE), first);
    repository.add(PackageSpec.of("two", "1-1"));
    Map<String, ServedFile> second = repository.next();
    upstream.publish(second);
    assertServed(DATABASE, second);
    upstream.publish(first);
    assertServed(DATABASE, second);
    Path quarantine = Files.createDirectories(larder.data().resolve("state/arch/.quarantine"));
    long monthAgo = Instant.now().plus(YEARS_BEHIND).minus(Duration.ofDays(30)).getEpochSecond();
    Path damaged = Files.writeString(quarantine.resolve(monthAgo + "-core.db"), "damaged");
    assertThat(collect()).isEmpty();
    assertThat(damaged).exists();

    set(Duration.ZERO);
    assertThat(collect()).isEmpty();
    assertThat(larder.file(repository.path(ONE))).exists();
    assertThat(LarderProcess.filesBelow(quarantine))
        .singleElement()
        .satisfies(name -> assertThat(name).isNotEqualTo(monthAgo + "-core.db"));
    assertServed(DATABASE, second);
    assertThat(generations("arch/root")).containsExactly("1", "2");

    set(Duration.ofDays(2));
    assertThat(collect()).containsExactly(repository.path(ONE));
    assertThat(LarderProcess.filesBelow(quarantine)).hasSize(1);
    assertServed(DATABASE, first);
    assertThat(generations("arch/root")).containsExactly("2", "3");

    set(Duration.ofDays(9));
    collect();
    assertThat(LarderProcess.filesBelow(quarantine)).isEmpty();
  }

  @Test
  void generationsOfARepositoryAgeFromThenAndTokensThatExpireAreTakenFromThen() throws Exception {
    larder.start();
    Path samples = Temporary.directory("larder-samples");
    List<String> packages = SamplePackages.write(samples, 5);
    for (String each : packages.subList(0, 3)) {
      upload(Path.of(each));
    }
    String body =
        "{\"name\":\"brief\",\"scopes\":[\"admin\"],\"expires\":\"2099-01-01T00:00:00Z\"}";
    HttpResponse<byte[]> made = send(request("tokens", cliToken()).POST(text(body)));
    assertThat(made.statusCode()).isEqualTo(200);
    String brief = Json.response(made.body(), TokenCreated.class).secret();
    HttpResponse<byte[]> refused = send(request("status", brief));
    assertThat(refused.statusCode()).isEqualTo(401);
    Problem problem = Json.response(refused.body(), Problem.class);
    assertThat(problem.detail())
        .startsWith("whether the token brief has expired cannot be told: the clock of the server");
    assertThat(problem.advice()).startsWith("set the clock");

    set(Duration.ZERO);
    assertThat(send(request("status", brief)).statusCode()).isEqualTo(200);
    upload(Path.of(packages.get(3)));
    assertThat(generations("repo/internal/root")).containsExactly("1", "2", "3", "4", "5");
    set(Duration.ofHours(2));
    upload(Path.of(packages.get(4)));
    assertThat(generations("repo/internal/root")).contains("6").doesNotContain("1", "2", "3", "4");
  }

  @Test
  void upstreamIsAskedAgainForWhatItConfirmedBeforeTheClockWasSetBack() throws IOException {
    Map<String, ServedFile> files = new HashMap<>(first);
    files.put("notes.txt", ServedFile.of("old".getBytes(US_ASCII), Instant.now().minusSeconds(60)));
    upstream.publish(files);
    try (TestLarder other = TestLarder.with(List.of("refresh = \"1h\""), upstream.url())) {
      assertThat(Download.get(other.uri("notes.txt")).text()).isEqualTo("old");
      files.put("notes.txt", ServedFile.of("new".getBytes(US_ASCII), Instant.now()));
      upstream.publish(files);
      assertThat(Download.get(other.uri("notes.txt")).text()).isEqualTo("old");
      other.restartAfter(YEARS_BEHIND);
      assertThat(Download.get(other.uri("notes.txt")).text()).isEqualTo("new");
    }
  }

  /// Sets the clock of the process, and waits until it has seen that.
  private void set(Duration ahead) throws IOException {
    clock.set(ahead);
    Instant least = Instant.now().plus(ahead).minusSeconds(2);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          String date = Download.get(larder.uri("")).header("date");
          return !ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant()
              .isBefore(least);
        });
  }

  private void assertServed(String path, Map<String, ServedFile> as) throws IOException {
    Download.Answer answer = Download.get(larder.uri(path));
    assertThat(answer.status()).isEqualTo(200);
    byte[] expected = requireNonNull(as.get(path)).bytes().copy();
    assertThat(Arrays.equals(answer.body(), expected)).as(path).isTrue();
  }

  /// Tidies up now.
  ///
  /// @return what went
  private List<String> collect() throws IOException, InterruptedException {
    HttpResponse<byte[]> done = send(request("cache/gc", cliToken()).POST(text("")));
    assertThat(done.statusCode()).isEqualTo(200);
    return Json.response(done.body(), CleanupResult.class).items().stream()
        .map(CleanupResult.Item::path)
        .toList();
  }

  private void upload(Path file) throws IOException, InterruptedException {
    String path = "repositories/internal/packages/" + file.getFileName();
    HttpRequest.BodyPublisher bytes = HttpRequest.BodyPublishers.ofFile(file);
    HttpResponse<byte[]> answer = send(request(path, cliToken()).PUT(bytes));
    assertThat(answer.statusCode()).as(new String(answer.body(), US_ASCII)).isEqualTo(200);
  }

  private List<String> generations(String state) throws IOException {
    try (Stream<Path> all =
        Files.list(larder.data().resolve("state").resolve(state).resolve("generations"))) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private String cliToken() throws IOException {
    return Files.readString(larder.data().resolve("cli.token")).strip();
  }

  private HttpRequest.Builder request(String path, String token) throws IOException {
    return HttpRequest.newBuilder(URI.create(larder.console() + "/api/v1/" + path))
        .header("Authorization", "Bearer " + token);
  }

  private static HttpRequest.BodyPublisher text(String body) {
    return HttpRequest.BodyPublishers.ofString(body, US_ASCII);
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
