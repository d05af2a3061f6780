package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.RefreshOutcome;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When a publication is seen: `refresh` and `active-for` keep what they promise, and a slow
/// upstream does not make clients wait for an index.
class FreshnessIT {
  private static final String DATABASE = "core/os/x86_64/core.db";

  private final HttpClient http = HttpClient.newHttpClient();
  private final FaultyUpstream upstream = FaultyUpstream.start();
  private ArchRepository repository = ArchRepository.unsigned("core");
  private int version;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar");
  }

  @BeforeEach
  void first() {
    publish();
  }

  @AfterEach
  void close() {
    http.close();
    upstream.close();
    repository.close();
  }

  @Test
  void withAnHourAPublicationIsSeenAfterMirrorRefresh() throws Exception {
    try (TestLarder larder = TestLarder.with(List.of("refresh = \"1h\""), upstream.url())) {
      byte[] first = upstream.file(DATABASE).bytes().copy();
      assertThat(database(larder)).isEqualTo(first);
      publish();
      upstream.forgetRequests();
      for (int i = 0; i < 3; i++) {
        assertThat(database(larder)).isEqualTo(first);
      }
      assertThat(upstream.requests()).isEmpty();
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Switched(2));
      assertThat(database(larder)).isEqualTo(upstream.file(DATABASE).bytes().copy());
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Unchanged(2));
    }
  }

  @Test
  void withZeroAPublicationIsSeenAtOnce() throws Exception {
    try (TestLarder larder = TestLarder.of(upstream.url())) {
      for (int i = 0; i < 5; i++) {
        publish();
        assertThat(database(larder)).isEqualTo(upstream.file(DATABASE).bytes().copy());
      }
    }
  }

  @Test
  void inUseItIsPolledAndForgottenWhenNobodyAsksAnyMore() throws Exception {
    try (TestLarder larder =
        TestLarder.with(List.of("refresh = \"1s\"", "active-for = \"8s\""), upstream.url())) {
      database(larder);
      assertThat(generation(larder)).isEqualTo(1);
      publish();
      Awaitility.await()
          .atMost(Duration.ofSeconds(8))
          .untilAsserted(() -> assertThat(generation(larder)).isEqualTo(2));

      // Polled until eight seconds after the only request, and then no more.
      Awaitility.await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> isQuietFor(Duration.ofSeconds(4)));
      publish();
      assertThat(isQuietFor(Duration.ofSeconds(3))).isTrue();
      assertThat(generation(larder)).isEqualTo(2);
      assertThat(database(larder)).isEqualTo(upstream.file(DATABASE).bytes().copy());
    }
  }

  @Test
  void aSlowUpstreamKeepsNobodyWaitingForAnIndexWeHold() throws Exception {
    try (TestLarder larder = TestLarder.of(upstream.url())) {
      byte[] first = database(larder);
      publish();
      // A token takes its time for longer than pacman has patience.
      upstream.faultAll(new Fault.Delay(Duration.ofSeconds(4)));
      for (int i = 0; i < 2; i++) {
        long start = System.nanoTime();
        assertThat(database(larder)).isEqualTo(first);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
      }
      upstream.heal();
      Awaitility.await()
          .atMost(Duration.ofSeconds(40))
          .untilAsserted(
              () -> assertThat(database(larder)).isEqualTo(upstream.file(DATABASE).bytes().copy()));
    }
  }

  @Test
  void anUpstreamThatSendsItsHeadByteForByteKeepsNobodyWaitingEither() throws Exception {
    try (TestLarder larder = TestLarder.of(upstream.url())) {
      byte[] first = database(larder);
      publish();
      upstream.faultAll(new Fault.SlowHead(Duration.ofSeconds(1)));
      long start = System.nanoTime();
      assertThat(database(larder)).isEqualTo(first);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }
  }

  /// Whether nothing was asked upstream for this long.
  @Test
  void headersAlonePutNoPackageIntoUse() throws Exception {
    PackageSpec[] first = {PackageSpec.of("got", "1-1"), PackageSpec.of("headed", "1-1")};
    PackageSpec[] second = {PackageSpec.of("got", "1-2"), PackageSpec.of("headed", "1-2")};
    repository.add(first);
    upstream.publish(repository.next());
    try (TestLarder larder = TestLarder.with(List.of("refresh = \"1h\""), upstream.url())) {
      database(larder);
      assertThat(ask(larder, "GET", first[0])).isEqualTo(200);
      assertThat(ask(larder, "HEAD", first[1])).isEqualTo(200);
      repository.add(second);
      upstream.publish(repository.next());
      upstream.forgetRequests();
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Switched(2));
      assertThat(upstream.requests())
          .extracting(SeenRequest::path)
          .contains("core/os/x86_64/" + second[0].fileName())
          .doesNotContain("core/os/x86_64/" + second[1].fileName());
    }
  }

  private int ask(TestLarder larder, String method, PackageSpec of)
      throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(larder.uri("core/os/x86_64/" + of.fileName()))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private boolean isQuietFor(Duration time) {
    upstream.forgetRequests();
    long end = System.nanoTime() + time.toNanos();
    Awaitility.await()
        .atMost(time.plusSeconds(10))
        .until(() -> System.nanoTime() > end || !upstream.requests().isEmpty());
    return upstream.requests().isEmpty();
  }

  private void publish() {
    repository.add(PackageSpec.of("tool", "1-" + ++version));
    upstream.publish(repository.next());
  }

  private static long generation(TestLarder larder) {
    return larder.mirror().report().roots().getFirst().generation();
  }

  private byte[] database(TestLarder larder) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(larder.uri(DATABASE)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }
}
