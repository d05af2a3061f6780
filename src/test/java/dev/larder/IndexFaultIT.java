package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.mirror.MirrorReport.RootReport;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Upstreams whose indexes do not fit their files, each other or the truth, and upstreams that are
/// gone. The repository has two publications, `before` and `after`: of `tool` the version changes,
/// `rebuilt` gets other bytes under its old name.
class IndexFaultIT {
  private static final String DB = "core/os/x86_64/core.db";
  private static final PackageSpec OLD = PackageSpec.of("tool", "1-1").payload(30_000);
  private static final PackageSpec NEW = PackageSpec.of("tool", "2-1").payload(31_000);
  private static final PackageSpec REBUILT = PackageSpec.of("rebuilt", "1-1").payload(100_000);

  private static Map<String, ServedFile> before;
  private static Map<String, ServedFile> after;
  private static Map<String, ServedFile> signedBefore;
  private static Map<String, ServedFile> signedAfter;
  private static String oldPath;
  private static String newPath;
  private static String rebuilt;

  private FaultyUpstream first;
  private FaultyUpstream second;
  private @Nullable TestLarder running;

  @BeforeAll
  static void publish() {
    Tools.require("repo-add", "bsdtar", "zstd", "gpg", "gpgconf");
    try (ArchRepository repository = ArchRepository.unsigned("core");
        SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository signed = ArchRepository.signed("core", key)) {
      repository.add(OLD, REBUILT);
      before = repository.next();
      repository.add(NEW, REBUILT.seed(2));
      after = repository.next();
      signed.add(OLD);
      signedBefore = signed.next();
      signed.add(NEW);
      signedAfter = signed.next();
      oldPath = repository.path(OLD);
      newPath = repository.path(NEW);
      rebuilt = repository.path(REBUILT);
    }
  }

  @BeforeEach
  void start() {
    first = FaultyUpstream.start();
    second = FaultyUpstream.start();
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    first.close();
    second.close();
  }

  private TestLarder larder() {
    return Objects.requireNonNull(running);
  }

  private void one(Map<String, ServedFile> files, String... lines) {
    first.publish(files);
    running = TestLarder.with(List.of(lines), first.url());
  }

  private void both(Map<String, ServedFile> files, String... lines) {
    first.publish(files);
    second.publish(files);
    running = TestLarder.with(List.of(lines), first.url(), second.url());
  }

  private Answer get(String path) throws IOException {
    return Download.get(larder().uri(path));
  }

  private void assertServes(String path, Map<String, ServedFile> files) throws IOException {
    Answer answer = get(path);
    assertThat(answer.status()).as(path + ": " + answer.header("cache-status")).isEqualTo(200);
    assertThat(answer.end()).isEqualTo(End.COMPLETE);
    assertThat(answer.body()).isEqualTo(bytes(files, path));
  }

  private static byte[] bytes(Map<String, ServedFile> files, String path) {
    return Objects.requireNonNull(files.get(path), path).bytes().copy();
  }

  private RootReport report() {
    return larder().mirror().report().roots().getFirst();
  }

  // ---- indexes and files that do not fit ------------------------------------------------------

  @Test
  void aPackageThatIsNotThereYetIsNotRememberedAsAbsent() throws Exception {
    Map<String, ServedFile> early = new HashMap<>(after);
    early.remove(newPath);
    one(early);
    assertServes(DB, after);
    for (int i = 0; i < 2; i++) {
      Answer missing = get(newPath);
      assertThat(missing.status()).isEqualTo(404);
      assertThat(missing.text()).isNotBlank();
    }
    assertThat(first.count(newPath)).isEqualTo(2);
    first.publish(after);
    assertServes(newPath, after);
  }

  @Test
  void anUpstreamThatHasThePackageAlreadyServesIt() throws Exception {
    both(after);
    first.remove(newPath);
    assertServes(DB, after);
    assertServes(newPath, after);
    assertThat(first.count(newPath)).isEqualTo(1);
  }

  @Test
  void aPackageRemovedBetweenIndexAndFetchIsExplainedAndTheIndexRefreshedEarly() throws Exception {
    one(before, "refresh = \"1h\"");
    assertServes(DB, before);
    assertThat(report().generation()).isEqualTo(1);
    Map<String, ServedFile> cleaned = new HashMap<>(after);
    cleaned.remove(oldPath);
    first.publish(cleaned);
    Answer gone = get(oldPath);
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text()).containsIgnoringCase("upstream");
    // Within the hour nobody else would have asked.
    await().untilAsserted(() -> assertThat(report().generation()).isEqualTo(2));
    assertServes(DB, after);
    assertServes(newPath, after);
    assertServes(rebuilt, after);
  }

  @Test
  void aTornPublicationOfDatabaseAndSignatureIsNeverServed() throws Exception {
    one(signedBefore);
    assertPair(signedBefore);
    Map<String, ServedFile> torn = new HashMap<>(signedAfter);
    torn.put(DB + ".sig", Objects.requireNonNull(signedBefore.get(DB + ".sig")));
    first.publish(torn);
    assertPair(signedBefore);
    assertPair(signedBefore);
    first.publish(signedAfter);
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertPair(signedAfter));
  }

  @Test
  void whereThereIsNothingElseATornPublicationIsAnError() throws Exception {
    Map<String, ServedFile> torn = new HashMap<>(signedAfter);
    torn.put(DB + ".sig", Objects.requireNonNull(signedBefore.get(DB + ".sig")));
    one(torn);
    assertThat(get(DB).status()).isEqualTo(502);
    assertThat(get(DB + ".sig").status()).isEqualTo(502);
    first.publish(signedAfter);
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertPair(signedAfter));
  }

  /// Asks as pacman does: the signature beside where the database really came from.
  private void assertPair(Map<String, ServedFile> files) throws IOException {
    Answer moved = get(DB);
    assertThat(moved.status()).isEqualTo(302);
    URI database = larder().uri(DB).resolve(moved.header("location"));
    Answer db = Download.get(database);
    Answer signature = Download.get(URI.create(database + ".sig"));
    assertThat(db.status()).isEqualTo(200);
    assertThat(signature.status()).isEqualTo(200);
    assertThat(db.body()).isEqualTo(bytes(files, DB));
    assertThat(signature.body()).isEqualTo(bytes(files, DB + ".sig"));
  }

  // ---- lies -----------------------------------------------------------------------------------

  @Test
  void aPageOfHtmlOrGarbageIsNoIndex() throws Exception {
    both(before);
    first.fault(DB, new Fault.Html());
    assertServes(DB, before);
    assertThat(report().upstream()).isEqualTo(second.url());
    assertServes(oldPath, before);
    first.publish(after);
    second.publish(after);
    byte[] garbage = "not an archive at all, but as long as one".getBytes(StandardCharsets.UTF_8);
    first.fault(DB, new Fault.OtherBytes(garbage));
    second.fault(DB, new Fault.Html());
    assertServes(DB, before);
    assertServes(oldPath, before);
    first.heal();
    await().untilAsserted(() -> assertServes(DB, after));
  }

  @Test
  void aPageOfHtmlIsNoSignature() throws Exception {
    both(signedBefore);
    assertPair(signedBefore);
    first.fault(oldPath + ".sig", new Fault.Html());
    assertServes(oldPath + ".sig", signedBefore);
    assertThat(first.count(oldPath + ".sig")).isEqualTo(1);
    // A set that was signed does not become unsigned because of a page.
    awaitWell();
    first.publish(signedAfter);
    first.fault(DB + ".sig", new Fault.Html());
    assertPair(signedBefore);
    second.publish(signedAfter);
    awaitWell();
    await().untilAsserted(() -> assertPair(signedAfter));
  }

  /// Waits until the first upstream, which has just failed, is asked first again.
  private void awaitWell() {
    await().until(() -> larder().mirror().report().upstreams().getFirst().state(), "ok"::equals);
  }

  @Test
  void whichDatabaseSignaturesAreAbsentIsAskedOnce() throws Exception {
    one(before);
    assertServes(DB, before);
    for (int i = 0; i < 3; i++) {
      assertThat(get(DB + ".sig").status()).isEqualTo(404);
    }
    assertThat(first.count(DB + ".sig")).isEqualTo(1);
    assertServes(DB, before);
  }

  // ---- trouble --------------------------------------------------------------------------------

  @Test
  void whatWeHaveIsServedAndItsAgeToldWhileUpstreamFails() throws Exception {
    one(before);
    assertServes(DB, before);
    assertServes(oldPath, before);
    for (int code : new int[] {500, 503}) {
      first.faultAll(new Fault.Status(code));
      Answer stale = get(DB);
      assertThat(stale.status()).isEqualTo(200);
      assertThat(stale.body()).isEqualTo(bytes(before, DB));
      assertThat(stale.header("age")).matches("\\d+");
      assertThat(stale.header("cache-status")).contains("upstream-down");
      assertServes(oldPath, before);
    }
    assertThat(report().lastError()).isNotNull();
    // Whoever answers with an older set is there, though it is not taken.
    first.heal();
    first.publish(after);
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertServes(DB, after));
    first.faultAll(new Fault.Status(500));
    assertServes(DB, after);
    assertThat(report().lastError()).isNotNull();
    first.heal();
    first.publish(before);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertServes(DB, after);
          assertThat(report().refusal()).contains("older");
        });
    assertThat(report().lastError()).isNull();
  }

  @Test
  void withoutAnyUpstreamIndexAndHeldPackagesAreServedUntilItIsBack() throws Exception {
    one(before);
    int port = first.port();
    assertServes(DB, before);
    assertServes(oldPath, before);
    first.close();
    Answer stale = get(DB);
    assertThat(stale.status()).isEqualTo(200);
    assertThat(stale.body()).isEqualTo(bytes(before, DB));
    assertThat(stale.header("age")).matches("\\d+");
    assertThat(stale.header("cache-status")).contains("upstream-down");
    assertServes(oldPath, before);
    assertThat(get(rebuilt).status()).isEqualTo(502);
    assertThat(report().lastError()).isNotNull();
    assertThat(report().checkedAt()).isNotNull();
    assertThat(report().fetchedAt()).isNotNull();

    // A restart changes nothing of that.
    larder().stop();
    larder().start();
    assertServes(DB, before);
    assertServes(oldPath, before);

    first = FaultyUpstream.start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    first.publish(after);
    await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertServes(DB, after));
    assertServes(newPath, after);
    assertServes(rebuilt, after);
    Answer fresh = get(DB);
    assertThat(fresh.header("cache-status")).doesNotContain("upstream-down");
    assertThat(report().lastError()).isNull();
  }

  @Test
  void anUpstreamThatAsksToWaitIsNotAskedForIndexesEither() throws Exception {
    one(before);
    assertServes(DB, before);
    first.publish(after);
    first.faultAll(Fault.Status.tooMany("600"));
    assertServes(DB, before);
    int asked = first.requests().size();
    for (int i = 0; i < 3; i++) {
      assertServes(DB, before);
    }
    assertThat(first.requests()).hasSize(asked);
    assertThat(larder().mirror().report().upstreams().getFirst().failures()).isEqualTo(1);
  }
}
