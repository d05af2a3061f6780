package dev.larder.egress;

import static dev.larder.egress.EgressFixture.FEW;
import static dev.larder.egress.EgressFixture.body;
import static dev.larder.egress.EgressFixture.fetch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Bytes;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EgressTest {
  private final FaultyUpstream upstream = FaultyUpstream.start();
  private final EgressFixture fixture = new EgressFixture();
  private final Egress egress = fixture.egress();

  @AfterEach
  void stop() {
    egress.close();
    upstream.close();
  }

  @Test
  void bytesAndHeadersComeAsSent() throws IOException {
    byte[] bytes = Bytes.random(300_000, 1);
    upstream.put("core/a.pkg", bytes);
    try (Fetched fetched = egress.get(fetch(upstream.uri("core/a.pkg")))) {
      assertThat(fetched.status()).isEqualTo(200);
      assertThat(fetched.contentLength()).isEqualTo(300_000);
      assertThat(fetched.header("etag")).isEqualTo(upstream.file("core/a.pkg").etag());
      assertThat(fetched.header("X-Absent")).isNull();
      assertThat(fetched.effectiveUri()).isEqualTo(upstream.uri("core/a.pkg"));
      assertThat(fetched.body().readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void everyRequestSaysWhoAsksAndWantsNoEncoding() throws IOException {
    upstream.put("a", new byte[1]);
    body(
        egress,
        fetch(
            upstream.uri("a"),
            Map.of("Range", "bytes=0-0", "accept-encoding", "gzip", "Host", "elsewhere")));
    SeenRequest request = upstream.requests().getFirst();
    assertThat(request.header("User-Agent")).startsWith("larder/");
    assertThat(request.header("Via")).isEqualTo(egress.via()).startsWith("1.1 larder (");
    assertThat(request.headers().get("accept-encoding")).containsExactly("identity");
    assertThat(request.headers().get("host")).containsExactly("127.0.0.1:" + upstream.port());
    assertThat(request.header("Range")).isEqualTo("bytes=0-0");
    assertThat(request.headers()).doesNotContainKeys("upgrade", "cookie", "authorization");
  }

  @Test
  void pathsAreSentExactlyAsGiven() throws IOException {
    String path = "x/lib++0@x_y.z-1:2~3$4,5-any.pkg%2Btar//zst?a=b+c";
    egress.get(fetch(URI.create(upstream.url() + "/" + path))).close();
    assertThat(upstream.requests().getFirst().target()).isEqualTo("/" + path);
  }

  @Test
  void nothingIsDecompressed() throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write("hello".getBytes(StandardCharsets.UTF_8));
    }
    upstream.put("a", zipped.toByteArray());
    upstream.fault("a", new Fault.Headers(Map.of("Content-Encoding", "gzip")));
    try (Fetched fetched = egress.get(fetch(upstream.uri("a")))) {
      assertThat(fetched.body().readAllBytes()).isEqualTo(zipped.toByteArray());
      assertThat(fetched.contentLength()).isEqualTo(zipped.size());
      assertThat(fetched.header("Content-Encoding")).isEqualTo("gzip");
    }
  }

  @Test
  void notModifiedAndPartialAnswersPassThrough() throws IOException {
    upstream.put("a", Bytes.random(1000, 1));
    String etag = upstream.file("a").etag();
    try (Fetched fetched = egress.get(fetch(upstream.uri("a"), Map.of("If-None-Match", etag)))) {
      assertThat(fetched.status()).isEqualTo(304);
      assertThat(fetched.contentLength()).isZero();
      assertThat(fetched.body().readAllBytes()).isEmpty();
    }
    try (Fetched fetched = egress.get(fetch(upstream.uri("a"), Map.of("Range", "bytes=990-")))) {
      assertThat(fetched.status()).isEqualTo(206);
      assertThat(fetched.body().readAllBytes()).hasSize(10);
    }
    assertThat(upstream.connectionCount()).isEqualTo(1);
  }

  @Test
  void aLengthThatIsNotKnownIsMinusOne() throws IOException {
    byte[] bytes = Bytes.random(50_000, 1);
    upstream.put("a", bytes);
    upstream.faultNext("a", 1, new Fault.Chunked(1000));
    upstream.faultNext("a", 1, new Fault.CloseDelimited());
    for (int i = 0; i < 2; i++) {
      try (Fetched fetched = egress.get(fetch(upstream.uri("a")))) {
        assertThat(fetched.contentLength()).isEqualTo(-1);
        assertThat(fetched.body().readAllBytes()).isEqualTo(bytes);
      }
    }
  }

  // ---- connections ----------------------------------------------------------------------------

  @Test
  void aConnectionIsUsedAgainAfterItsBodyWasRead() throws IOException {
    upstream.put("a", Bytes.random(100_000, 1));
    for (int i = 0; i < 5; i++) {
      body(egress, fetch(upstream.uri("a")));
    }
    assertThat(upstream.connectionCount()).isEqualTo(1);
  }

  @Test
  void aShortErrorPageThatNobodyReadKeepsItsConnection() throws IOException {
    for (int i = 0; i < 5; i++) {
      try (Fetched fetched = egress.get(fetch(upstream.uri("missing")))) {
        assertThat(fetched.status()).isEqualTo(404);
      }
    }
    assertThat(upstream.connectionCount()).isEqualTo(1);
  }

  @Test
  void aLargeBodyThatNobodyReadsIsDroppedNotDrained() throws IOException {
    upstream.put("a", new byte[64 * 1024 * 1024]);
    CountDownLatch never = new CountDownLatch(1);
    upstream.fault("a", new Fault.HoldAt(1024, never));
    // Draining would wait for the latch and end in a stall.
    long start = System.nanoTime();
    egress.get(fetch(upstream.uri("a"))).close();
    assertThat(System.nanoTime() - start).isLessThan(FEW.stall().toNanos());
    assertThat(egress.connections()).isZero();
  }

  @Test
  void closingFromAnotherThreadEndsARead() throws Exception {
    upstream.put("a", new byte[1000]);
    upstream.fault("a", new Fault.StallAfter(10));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Fetched fetched = egress.get(fetch(upstream.uri("a")));
      assertThat(fetched.body().readNBytes(10)).hasSize(10);
      Future<Integer> read = threads.submit(() -> fetched.body().read());
      fetched.close();
      assertThatThrownBy(read::get)
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("was closed");
    }
  }

  @Test
  void aConnectionThatDiedInThePoolIsReplacedOnce() throws IOException {
    upstream.put("a", new byte[10]);
    body(egress, fetch(upstream.uri("a")));
    upstream.closeConnections();
    await().until(() -> upstream.openConnections() == 0);
    assertThat(body(egress, fetch(upstream.uri("a")))).hasSize(10);

    upstream.faultNext("a", 1, new Fault.NoAnswer(true));
    assertThat(body(egress, fetch(upstream.uri("a")))).hasSize(10);
    assertThat(upstream.count("a")).isEqualTo(4);

    upstream.faultNext("a", 2, new Fault.NoAnswer(false));
    assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a")))).isInstanceOf(IOException.class);
    assertThat(upstream.count("a")).isEqualTo(6);
  }

  @Test
  void severalDeadConnectionsInThePoolCostOneRetry() throws Exception {
    upstream.put("a", new byte[10]);
    CountDownLatch release = new CountDownLatch(1);
    upstream.faultNext("a", 3, new Fault.Hold(release));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> bodies =
          List.of(1, 2, 3).stream()
              .map(_ -> threads.submit(() -> body(egress, fetch(upstream.uri("a")))))
              .toList();
      upstream.awaitRequest("a", 3);
      release.countDown();
      for (Future<byte[]> body : bodies) {
        body.get();
      }
    }
    assertThat(egress.connections()).isEqualTo(3);
    upstream.resetConnections();
    await().until(() -> upstream.openConnections() == 0);
    assertThat(body(egress, fetch(upstream.uri("a")))).hasSize(10);
    assertThat(upstream.connectionCount()).isEqualTo(4);
  }

  @Test
  void aFreshConnectionThatDiesIsNotTriedAgain() {
    upstream.put("a", new byte[10]);
    upstream.fault("a", new Fault.NoAnswer(false));
    assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a")))).isInstanceOf(IOException.class);
    assertThat(upstream.count("a")).isEqualTo(1);
  }

  @Test
  void bytesLeftOverFromOneAnswerAreNeverTakenForTheNext() throws IOException {
    // The rest of this body looks like an answer to the next request.
    String poison = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    upstream.put("a", ("good" + poison).getBytes(StandardCharsets.US_ASCII));
    upstream.put("b", "fine".getBytes(StandardCharsets.US_ASCII));
    upstream.fault("a", new Fault.WrongLength(-poison.length()));
    assertThat(body(egress, fetch(upstream.uri("a")))).asString().isEqualTo("good");
    assertThat(body(egress, fetch(upstream.uri("b")))).asString().isEqualTo("fine");
    assertThat(upstream.connectionCount()).isEqualTo(2);
  }

  @Test
  void connectionsToOneHostAreBounded() throws Exception {
    upstream.put("a", new byte[10]);
    CountDownLatch release = new CountDownLatch(1);
    upstream.fault("a", new Fault.HoldAt(5, release));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> bodies =
          java.util.stream.IntStream.range(0, 10)
              .mapToObj(_ -> threads.submit(() -> body(egress, fetch(upstream.uri("a")))))
              .toList();
      upstream.awaitRequest("a", FEW.perHost());
      assertThat(egress.connections()).isEqualTo(FEW.perHost());
      release.countDown();
      for (Future<byte[]> body : bodies) {
        assertThat(body.get()).hasSize(10);
      }
    }
    assertThat(upstream.connectionCount()).isLessThanOrEqualTo(FEW.perHost());
  }

  @Test
  void afterClosingThereIsAPlainError() {
    egress.close();
    assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shutting down");
  }

  // ---- broken answers -------------------------------------------------------------------------

  @Test
  void aBodyThatEndsTooEarlyIsAnError() {
    upstream.put("a", new byte[100_000]);
    upstream.faultNext("a", 1, new Fault.DieAt(50_000, false));
    assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
        .hasMessage("127.0.0.1 ended the body too early, after 50000 of 100000 bytes");
    upstream.faultNext("a", 1, new Fault.WrongLength(7));
    assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
        .hasMessage("127.0.0.1 ended the body too early, after 100000 of 100007 bytes");
    upstream.faultNext("a", 1, new Fault.DieAt(50_000, true));
    assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void aCutInChunksIsAnErrorWhereverItIs() {
    upstream.put("a", new byte[10_000]);
    for (long at : new long[] {0, 1, 4_096, 5_000, 8_192}) {
      upstream.faultNext("a", 1, new Fault.Chunked(4_096), new Fault.DieAt(at, false));
      assertThatThrownBy(() -> body(egress, fetch(upstream.uri("a"))))
          .as("cut at %d", at)
          .hasMessage("127.0.0.1 ended the body too early, after " + at + " bytes");
    }
  }

  @Test
  void tooManyHeadersOrTooLongOnesAreRefused() {
    upstream.put("a", new byte[10]);
    upstream.faultNext("a", 1, new Fault.Headers(Map.of("X-Long", "x".repeat(20_000))));
    assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a")))).isInstanceOf(IOException.class);
    Map<String, String> many = new java.util.HashMap<>();
    for (int i = 0; i < 200; i++) {
      many.put("X-Header-" + i, "x");
    }
    upstream.faultNext("a", 1, new Fault.Headers(many));
    assertThatThrownBy(() -> egress.get(fetch(upstream.uri("a")))).isInstanceOf(IOException.class);
  }

  @Test
  void retryAfterIsRead() throws IOException {
    upstream.fault("a", Fault.Status.tooMany("17"));
    try (Fetched fetched = egress.get(fetch(upstream.uri("a")))) {
      assertThat(fetched.status()).isEqualTo(429);
      assertThat(fetched.retryAfter(Instant.EPOCH)).hasSeconds(17);
    }
  }

  // ---- addresses ------------------------------------------------------------------------------

  @Test
  void aHostThatIsNotConfiguredMustBePublic() {
    fixture.name("rebind.test", "1.1.1.1", "127.0.0.1");
    for (String host : List.of("127.0.0.1", "rebind.test", "2130706433", "localhost.test")) {
      fixture.name("localhost.test", "127.0.0.1");
      fixture.name("2130706433", "127.0.0.1");
      Fetch fetch =
          new Fetch(
              URI.create(upstream.url(host) + "/a"),
              Map.of(),
              new RedirectPolicy.Public(),
              Set.of());
      assertThatThrownBy(() -> egress.get(fetch))
          .isInstanceOf(IOException.class)
          .hasMessage(
              host
                  + " is not asked: 127.0.0.1 is a loopback address, and the host is not configured");
    }
    assertThat(upstream.connectionCount()).isZero();
  }

  @Test
  void aConnectionOfAFetchThatMayIsNotUsedByOneThatMayNot() throws IOException {
    upstream.put("a", new byte[10]);
    body(egress, fetch(upstream.uri("a")));
    assertThat(egress.connections()).isEqualTo(1);
    Fetch other =
        new Fetch(upstream.uri("a"), Map.of(), new RedirectPolicy.Public(), Set.of("other.test"));
    assertThatThrownBy(() -> egress.get(other)).hasMessageContaining("loopback");
    assertThat(upstream.count("a")).isEqualTo(1);
  }

  @Test
  void theSourceAddressIsTheBoundOne() throws IOException {
    upstream.put("a", new byte[1]);
    try (Egress bound = fixture.egress(InetAddress.ofLiteral("127.0.0.9"))) {
      body(bound, fetch(upstream.uri("a")));
    }
    assertThat(upstream.requests().getFirst().client()).isEqualTo("127.0.0.9");
  }

  @Test
  void withOneFamilyBoundOnlyThatFamilyIsUsed() throws IOException {
    upstream.put("a", new byte[1]);
    fixture.name("both.test", "::1", "127.0.0.1");
    fixture.name("six.test", "::1", "2001:db8::1");
    Set<String> configured = Set.of("both.test", "six.test");
    try (Egress bound = fixture.egress(InetAddress.ofLiteral("127.0.0.9"))) {
      URI both = URI.create(upstream.url("both.test") + "/a");
      URI six = URI.create(upstream.url("six.test") + "/a");
      RedirectPolicy policy = new RedirectPolicy.SameDomain();
      assertThat(body(bound, new Fetch(both, Map.of(), policy, configured))).hasSize(1);
      assertThatThrownBy(() -> bound.get(new Fetch(six, Map.of(), policy, configured)))
          .isInstanceOf(IOException.class)
          .hasMessage("six.test has no IPv4 address, and `[egress] bind` allows no other");
    }
  }

  @Test
  void anAddressThatIsNotOursIsNamedInTheError() {
    try (Egress bound = fixture.egress(InetAddress.ofLiteral("192.0.2.77"))) {
      assertThatThrownBy(() -> bound.get(fetch(upstream.uri("a"))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("192.0.2.77")
          .hasMessageContaining("[egress] bind");
    }
  }

  @Test
  void twoSourceAddressesOfOneFamilyAreRefused() {
    assertThatThrownBy(() ->
            fixture.egress(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one IPv4 address");
  }

  @Test
  void anAddressThatRefusesIsFollowedByTheNext() throws IOException {
    upstream.put("a", new byte[1]);
    fixture.name("many.test", "127.0.0.8", "::1", "127.0.0.1");
    URI uri = URI.create(upstream.url("many.test") + "/a");
    Fetch fetch = new Fetch(uri, Map.of(), new RedirectPolicy.SameDomain(), Set.of("many.test"));
    assertThat(body(egress, fetch)).hasSize(1);
    assertThat(upstream.requests().getFirst().header("Host"))
        .isEqualTo("many.test:" + upstream.port());
  }

  @Test
  void anUnknownNameIsAPlainError() {
    Fetch fetch = fetch(URI.create("http://nowhere.test/a"));
    assertThatThrownBy(() -> egress.get(fetch))
        .isInstanceOf(IOException.class)
        .hasMessage("nowhere.test: the name cannot be resolved");
  }

  @Test
  void anIpv6AddressInTheUrlWorks() throws IOException {
    try (FaultyUpstream six =
        FaultyUpstream.start(new java.net.InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
      six.put("a", new byte[3]);
      URI uri = URI.create(six.url("::1") + "/a");
      Fetch fetch = new Fetch(uri, Map.of(), new RedirectPolicy.SameDomain(), Set.of("::1"));
      assertThat(body(egress, fetch)).hasSize(3);
      assertThat(six.requests().getFirst().header("Host")).isEqualTo("[::1]:" + six.port());
    }
  }

  @Test
  void aHostWithAnUnderscoreWorks() throws IOException {
    upstream.put("a", new byte[3]);
    fixture.name("my_mirror", "127.0.0.1");
    URI uri = URI.create(upstream.url("my_mirror") + "/a");
    Fetch fetch = new Fetch(uri, Map.of(), new RedirectPolicy.SameDomain(), Set.of("my_mirror"));
    assertThat(body(egress, fetch)).hasSize(3);
  }

  @Test
  void theCertificateMustBeForTheNameInTheUrl(@TempDir Path directory) throws Exception {
    TestTls tls = TestTls.create(directory);
    fixture.name("mirror.test", "127.0.0.1");
    fixture.name("other.test", "127.0.0.1");
    Set<String> configured = Set.of("mirror.test", "other.test");
    RedirectPolicy policy = new RedirectPolicy.SameDomain();
    try (FaultyUpstream secure = FaultyUpstream.startTls(tls.context());
        Egress trusting =
            new Egress(new EgressSettings(List.of()), FEW, fixture.names(), tls.context())) {
      byte[] bytes = Bytes.random(200_000, 1);
      secure.put("a", bytes);
      URI right = URI.create(secure.url("mirror.test") + "/a");
      URI wrong = URI.create(secure.url("other.test") + "/a");
      Fetch fetch = new Fetch(right, Map.of(), policy, configured);
      assertThat(body(trusting, fetch)).isEqualTo(bytes);
      assertThat(body(trusting, fetch)).isEqualTo(bytes);
      assertThat(secure.connectionCount()).isEqualTo(1);
      assertThatThrownBy(() -> trusting.get(new Fetch(wrong, Map.of(), policy, configured)))
          .isInstanceOf(javax.net.ssl.SSLException.class);
      assertThatThrownBy(() -> egress.get(fetch)).isInstanceOf(javax.net.ssl.SSLException.class);
    }
  }
}
