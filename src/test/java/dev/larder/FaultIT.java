package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.mirror.MirrorReport.FillReport;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an upstream can do wrong with a file, and that clients get the right bytes all the same or
/// an honest error. Indexes are [IndexFaultIT]'s.
class FaultIT {
  private static final PackageSpec BIG = PackageSpec.of("big", "1-1").payload(3_000_000);
  private static final PackageSpec SMALL = PackageSpec.of("small", "1-1").payload(20_000);
  private static final int HALF = 1_500_000;

  private static Map<String, ServedFile> published;
  private static String big;
  private static String small;
  private static byte[] bigBytes;
  private static byte[] smallBytes;

  private FaultyUpstream first;
  private FaultyUpstream second;
  private @Nullable TestLarder running;

  @BeforeAll
  static void publish() {
    Tools.require("repo-add", "bsdtar", "zstd");
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(BIG, SMALL);
      published = repository.next();
      big = repository.path(BIG);
      small = repository.path(SMALL);
      bigBytes = repository.bytes(BIG);
      smallBytes = repository.bytes(SMALL);
    }
  }

  @BeforeEach
  void start() {
    first = FaultyUpstream.start();
    second = FaultyUpstream.start();
    first.publish(published);
    second.publish(published);
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    first.close();
    second.close();
  }

  /// A Larder with both upstreams that has the index.
  private void both(String... lines) throws IOException {
    run(TestLarder.with(List.of(lines), first.url(), second.url()));
  }

  /// A Larder with the first upstream only that has the index.
  private void one(String... lines) throws IOException {
    run(TestLarder.with(List.of(lines), first.url()));
  }

  private void run(TestLarder started) throws IOException {
    running = started;
    assertThat(get("core/os/x86_64/core.db").status()).isEqualTo(200);
  }

  private TestLarder larder() {
    return Objects.requireNonNull(running);
  }

  private Answer get(String path, String... headers) throws IOException {
    return Download.get(larder().uri(path), headers);
  }

  private void assertRight(Answer answer, byte[] bytes) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.end()).isEqualTo(End.COMPLETE);
    assertThat(answer.body()).isEqualTo(bytes);
  }

  private void assertKept(String path, byte[] bytes) {
    await().untilAsserted(() -> assertThat(larder().mirror().report().fills()).isEmpty());
    assertThat(larder().file(path)).hasBinaryContent(bytes);
    assertThat(larder().data().resolve("state/arch/root").resolve("partial")).isEmptyDirectory();
  }

  // ---- ends too early -------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAnUpstreamLeavesOffAnotherGoesOnWithAtThatByte(boolean reset) throws Exception {
    both();
    // After a reset bytes may be lost that were sent before: so it waits until they are here.
    CountDownLatch die = new CountDownLatch(1);
    first.fault(big, new Fault.HoldAt(HALF, die), new Fault.DieAt(HALF, reset));
    try (Download download = Download.open(larder().uri(big))) {
      awaitReceived(HALF);
      die.countDown();
      assertRight(download.rest(), bigBytes);
    }
    assertThat(first.count(big)).isEqualTo(1);
    assertThat(second.requests(big)).hasSize(1);
    assertThat(second.requests(big).getFirst().header("range")).isEqualTo("bytes=" + HALF + "-");
    assertKept(big, bigBytes);
  }

  private void awaitReceived(long bytes) {
    await()
        .until(
            () -> larder().mirror().report().fills().stream().mapToLong(FillReport::received).sum(),
            received -> received == bytes);
  }

  @Test
  void theOnlyUpstreamIsAskedForTheRest() throws Exception {
    one();
    first.faultNext(big, 1, new Fault.DieAt(HALF, false));
    first.faultNext(big, 1, new Fault.DieAt(HALF / 2, false));
    assertRight(get(big), bigBytes);
    assertThat(first.requests(big))
        .extracting(request -> request.header("range"))
        .containsExactly(null, "bytes=" + HALF + "-", "bytes=" + (HALF + HALF / 2) + "-");
    assertKept(big, bigBytes);
  }

  @Test
  void anUpstreamThatIgnoresTheRangeOfTheRestIsStillOfUse() throws Exception {
    both();
    first.fault(big, new Fault.DieAt(HALF, false));
    second.fault(big, new Fault.IgnoreRange());
    assertRight(get(big), bigBytes);
    assertThat(second.requests(big)).hasSize(1);
    assertThat(second.requests(big).getFirst().header("range")).isEqualTo("bytes=" + HALF + "-");
    assertKept(big, bigBytes);
  }

  @Test
  void noUpstreamIsAskedForeverForARestItNeverGives() throws Exception {
    both();
    first.fault(big, new Fault.DieAt(0, false));
    second.fault(big, new Fault.DieAt(0, true));
    Answer answer = get(big);
    assertThat(answer.status()).isEqualTo(502);
    assertThat(first.count(big) + second.count(big)).isLessThanOrEqualTo(10);
    first.heal();
    second.heal();
    await().untilAsserted(() -> assertRight(get(big), bigBytes));
    assertKept(big, bigBytes);
  }

  @Test
  void neitherChunksNorTheEndOfTheConnectionHurtALengthTheIndexKnows() throws Exception {
    one();
    first.fault(big, new Fault.Chunked());
    first.fault(small, new Fault.CloseDelimited());
    assertRight(get(big), bigBytes);
    assertRight(get(small), smallBytes);
    assertKept(small, smallBytes);
  }

  @Test
  void aBodyCutInAChunkOrWithoutALengthGoesOnElsewhere() throws Exception {
    both();
    first.fault(big, new Fault.Chunked(), new Fault.DieAt(HALF, false));
    first.fault(small, new Fault.CloseDelimited(), new Fault.DieAt(10_000, false));
    assertRight(get(big), bigBytes);
    assertThat(second.requests(big).getFirst().header("range")).isEqualTo("bytes=" + HALF + "-");
    // The first backs off after its failure; it must be asked again for this to say something.
    await().until(() -> larder().mirror().report().upstreams().getFirst().state(), "ok"::equals);
    assertRight(get(small), smallBytes);
    assertThat(first.count(small)).isEqualTo(1);
    assertThat(second.requests(small).getFirst().header("range")).isEqualTo("bytes=10000-");
  }

  @Test
  void aCutFileThatNoIndexKnowsIsNeverCompleteAndNotKept() throws Exception {
    byte[] bytes = Bytes.random(400_000, 5);
    first.put("iso/notes.bin", bytes);
    one();
    first.fault("iso/notes.bin", new Fault.Chunked(), new Fault.DieAt(200_000, false));
    Answer cut = get("iso/notes.bin");
    assertThat(cut.status() == 200 && cut.end() == End.COMPLETE).isFalse();
    await().untilAsserted(() -> assertThat(larder().mirror().report().fills()).isEmpty());
    assertThat(larder().file("iso/notes.bin")).doesNotExist();
    first.heal();
    await().untilAsserted(() -> assertRight(get("iso/notes.bin"), bytes));
    // Nothing promises its bytes, so the client has them all before they are moved into the tree.
    await().untilAsserted(() -> assertThat(larder().mirror().report().fills()).isEmpty());
    assertThat(larder().file("iso/notes.bin")).hasBinaryContent(bytes);
    assertThat(larder().data().resolve("state/arch/root").resolve("partial")).isEmptyDirectory();
  }

  @Test
  void aFillWithoutASingleByteLeavesNoFileBehind() throws Exception {
    one();
    first.fault("iso/none.bin", new Fault.NoAnswer(false));
    first.fault("iso/busy.bin", new Fault.Status(503));
    first.fault(big, new Fault.Status(503));
    assertThat(get("iso/absent.bin").status()).isEqualTo(404);
    assertThat(get("iso/none.bin").status()).isEqualTo(502);
    assertThat(get("iso/busy.bin").status()).isGreaterThanOrEqualTo(500);
    assertThat(get(big).status()).isGreaterThanOrEqualTo(500);
    await().untilAsserted(() -> assertThat(larder().mirror().report().fills()).isEmpty());
    assertThat(larder().data().resolve("state/arch/root").resolve("partial")).isEmptyDirectory();
  }

  // ---- lies -----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {1000, -1000})
  void anUpstreamThatLiesAboutTheLengthIsDroppedBeforeItsFirstByte(long delta) throws Exception {
    both();
    first.fault(big, new Fault.WrongLength(delta));
    first.fault(small, new Fault.WrongLength(delta));
    assertRight(get(big), bigBytes);
    assertThat(first.count(big)).isEqualTo(1);
    // From the start: nothing of what the first sent was built upon.
    assertThat(second.requests(big).getFirst().header("range")).isNull();
    assertKept(big, bigBytes);
  }

  @Test
  void aPageOfHtmlIsNoPackage() throws Exception {
    both();
    first.fault(big, new Fault.Html());
    assertRight(get(big), bigBytes);
    assertThat(first.count(big)).isEqualTo(1);
    assertKept(big, bigBytes);
  }

  @Test
  void ifAllHaveOnlyHtmlTheClientIsToldSo() throws Exception {
    both();
    first.fault(small, new Fault.Html());
    second.fault(small, new Fault.Html(), new Fault.Headers(Map.of("Content-Type", "")));
    Answer answer = get(small);
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.header("retry-after")).isNotEmpty();
    assertThat(larder().file(small)).doesNotExist();
  }

  @Test
  void ofASmallFileNoClientNoticesThatTheFirstUpstreamHasOtherBytes() throws Exception {
    both();
    first.fault(small, new Fault.OtherBytes(wrong(smallBytes)));
    assertRight(get(small), smallBytes);
    assertThat(first.count(small)).isEqualTo(1);
    assertThat(second.count(small)).isEqualTo(1);
    assertKept(small, smallBytes);
  }

  @Test
  void ofABigFileWithOtherBytesTheAnswerEndsShortAndTheRetryIsRight() throws Exception {
    both();
    Answer poisoned = poisoned(new Fault.OtherBytes(wrong(bigBytes)));
    assertThat(poisoned.status()).isEqualTo(200);
    assertThat(poisoned.end()).isEqualTo(End.SHORT);
    assertThat(poisoned.body().length).isLessThanOrEqualTo(bigBytes.length - (64 << 10));
    assertThat(larder().file(big)).doesNotExist();
    assertRight(get(big), bigBytes);
    assertThat(first.count(big)).isEqualTo(1);
    assertThat(second.count(big)).isEqualTo(1);
    assertKept(big, bigBytes);
  }

  @Test
  void whatTwoUpstreamsPutTogetherWronglyIsNotServedEither() throws Exception {
    both();
    Answer poisoned = poisoned(new Fault.OtherBytes(wrong(bigBytes)), new Fault.DieAt(HALF, false));
    assertThat(poisoned.end()).isEqualTo(End.SHORT);
    first.heal();
    await().untilAsserted(() -> assertRight(get(big), bigBytes));
    assertKept(big, bigBytes);
  }

  /// What a client gets of the big file that has read some of it before its fill can end: as long
  /// as nobody was given a byte, a fill begins again with another upstream, and nobody notices.
  private Answer poisoned(Fault... faults) throws IOException {
    CountDownLatch begun = new CountDownLatch(1);
    List<Fault> all = new ArrayList<>(List.of(faults));
    all.add(new Fault.HoldAt(HALF, begun));
    first.fault(big, all.toArray(Fault[]::new));
    try (Download download = Download.open(larder().uri(big))) {
      download.read(1000);
      begun.countDown();
      return download.rest();
    }
  }

  /// As long and with the same beginning, so that only the checksum tells.
  private static byte[] wrong(byte[] right) {
    byte[] wrong = right.clone();
    for (int i = 1000; i < wrong.length; i += 5000) {
      wrong[i] ^= 0x55;
    }
    return wrong;
  }

  @Test
  void anErrorNeverReplacesAGoodFile() throws Exception {
    byte[] bytes = Bytes.random(30_000, 6);
    first.put("iso/arch.iso.sig", bytes);
    one();
    assertRight(get("iso/arch.iso.sig"), bytes);
    assertRight(get(small), smallBytes);
    for (Fault fault :
        List.of(new Fault.Status(500), new Fault.Status(503), new Fault.NoAnswer(true))) {
      first.faultAll(fault);
      Answer stale = get("iso/arch.iso.sig");
      assertRight(stale, bytes);
      assertThat(stale.header("cache-status")).contains("upstream-down");
      assertThat(stale.header("age")).isNotEmpty();
      assertRight(get(small), smallBytes);
    }
    assertThat(larder().file("iso/arch.iso.sig")).hasBinaryContent(bytes);
  }

  // ---- elsewhere ------------------------------------------------------------------------------

  @Test
  void aRedirectIsFollowedHereAndNeverShownToTheClient() throws Exception {
    one();
    first.fault(big, new Fault.Redirect(second.uri("elsewhere/" + big).toString()));
    second.put("elsewhere/" + big, bigBytes);
    assertRight(get(big), bigBytes);
    assertThat(second.count("elsewhere/" + big)).isEqualTo(1);
    assertKept(big, bigBytes);
  }

  @Test
  void aRedirectToAPrivateHostThatIsNotConfiguredIsRefusedWithHostAndKey() throws Exception {
    try (FaultyUpstream inside =
        FaultyUpstream.start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
      inside.publish(published);
      one("redirects = \"public\"");
      first.fault(big, new Fault.Redirect(inside.uri(big).toString()));
      Answer answer = get(big);
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.header("location")).isEmpty();
      assertThat(answer.text()).doesNotContain("127.0.0.2").doesNotContain(first.url());
      assertThat(inside.connectionCount()).isZero();
      assertThat(larder().mirror().report().upstreams().getFirst().lastError())
          .contains("127.0.0.2")
          .contains("`redirects`");
    }
  }

  // ---- slow, or asks to wait ------------------------------------------------------------------

  /// Takes the ten seconds that a stall really takes.
  @Tag("slow")
  @Test
  void anUpstreamOfOneBytePerSecondIsLeftForAnotherBeforePacmanGivesUp() throws Exception {
    both();
    first.fault(big, Fault.Paced.oneBytePerSecond());
    long begun = System.nanoTime();
    try (Download download = Download.open(larder().uri(big))) {
      byte[] start = download.read(100_000);
      Duration waited = Duration.ofNanos(System.nanoTime() - begun);
      System.out.printf("stall: first byte after %d ms%n", waited.toMillis());
      // libcurl's low speed limit, as pacman sets it, ends a transfer after ten idle seconds.
      assertThat(waited).isLessThan(Duration.ofSeconds(10));
      Answer rest = download.rest();
      assertThat(rest.end()).isEqualTo(End.COMPLETE);
      assertThat(start).isEqualTo(Arrays.copyOf(bigBytes, 100_000));
      assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bigBytes, 100_000, bigBytes.length));
    }
    assertKept(big, bigBytes);
  }

  @Test
  void anUpstreamThatAsksToWaitIsLeftAloneForThatLong() throws Exception {
    one("refresh = \"1h\"");
    first.fault(small, Fault.Status.tooMany("4"));
    long begun = System.nanoTime();
    Answer told = get(small);
    assertThat(told.status()).isEqualTo(503);
    assertThat(Integer.parseInt(told.header("retry-after"))).isBetween(1, 4);
    first.heal();
    Answer early = get(small);
    Answer earlyToo = get(big);
    boolean inTime = System.nanoTime() - begun < Duration.ofSeconds(3).toNanos();
    if (inTime) {
      assertThat(early.status()).isEqualTo(503);
      assertThat(earlyToo.status()).isEqualTo(503);
      assertThat(first.count(small)).isEqualTo(1);
      assertThat(first.count(big)).isZero();
    }
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> get(small).status() == 200);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(4));
    assertThat(first.count(small)).isEqualTo(2);
    assertRight(get(small), smallBytes);
  }

  @Test
  void whileOneUpstreamAsksToWaitTheOtherServes() throws Exception {
    both("refresh = \"1h\"");
    first.fault(small, Fault.Status.tooMany("600"));
    assertRight(get(small), smallBytes);
    assertRight(get(big), bigBytes);
    assertThat(first.count(small)).isEqualTo(1);
    assertThat(first.count(big)).isZero();
  }

  // ---- not there ------------------------------------------------------------------------------

  @Test
  void aNameNoIndexKnowsIsRememberedAsAbsentForAWhile() throws Exception {
    both("refresh = \"1h\"");
    String unknown = "core/os/x86_64/none-1-1-any.pkg.tar.zst";
    assertThat(get(unknown).status()).isEqualTo(404);
    int asked = first.count(unknown) + second.count(unknown);
    assertThat(first.count(unknown)).isPositive();
    assertThat(second.count(unknown)).isPositive();
    Answer again = get(unknown);
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.header("cache-status")).contains("negative");
    assertThat(first.count(unknown) + second.count(unknown)).isEqualTo(asked);
    assertThat(Files.exists(larder().file(unknown))).isFalse();
  }

  @Test
  void aFileOnlyTheSecondUpstreamHasIsThere() throws Exception {
    both();
    first.remove(small);
    assertRight(get(small), smallBytes);
    assertKept(small, smallBytes);
  }
}
