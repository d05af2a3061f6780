package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Bytes;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Download.End;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.ReleaseTree;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.ServedFile;
import dev.larder.testing.UpdateTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
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
import org.junit.jupiter.params.provider.EnumSource;

/// What upstreams do wrong, on FreeBSD's formats: [FaultIT] has the same for pacman's.
class FreeBsdFaultIT {
  private static final int SIZE = 600_000;
  private static final int HALF = 300_000;

  private static Map<Kind, Map<String, ServedFile>> published;

  private FaultyUpstream first;
  private FaultyUpstream second;
  private @Nullable TestLarder running;

  /// A file of which Larder knows what it must be.
  enum Kind {
    /// `All/x-1.0.pkg`, by the catalogue.
    PACKAGE(FreeBsdLarder.PKG, "FreeBSD:14:amd64/latest/data.pkg", "All/big-1.0.pkg"),
    /// `All/Hashed/x-1.0~0123456789.pkg`, by the catalogue.
    HASHED(FreeBsdLarder.PKG, "FreeBSD:14:amd64/quarterly/data.pkg", "All/Hashed/big"),
    /// `f/HASH.gz`, by its name, once it is unpacked.
    UPDATE_FILE(FreeBsdLarder.UPDATE, "15.0-RELEASE/amd64/latest.ssl", "/f/"),
    /// `base.txz`, by the MANIFEST.
    SET(FreeBsdLarder.RELEASES, "releases/amd64/amd64/15.0-RELEASE/MANIFEST", "base.txz");

    private final String mirror;
    private final String index;
    private final String file;

    Kind(String mirror, String index, String file) {
      this.mirror = mirror;
      this.index = index;
      this.file = file;
    }

    private String path() {
      return files().keySet().stream()
          .filter(path -> path.contains(file))
          .findFirst()
          .orElseThrow();
    }

    private Map<String, ServedFile> files() {
      return Objects.requireNonNull(published.get(this));
    }

    private byte[] bytes() {
      return Objects.requireNonNull(files().get(path())).bytes().copy();
    }

    /// Whether the index says how long the file is.
    private boolean hasSize() {
      return mirror.equals(FreeBsdLarder.PKG);
    }
  }

  @BeforeAll
  static void publish() {
    FreeBsdKey key = FreeBsdKey.create();
    published = new HashMap<>();
    FreeBsdRepository plain =
        new FreeBsdRepository("FreeBSD:14:amd64/latest", FreeBsdShape.plain());
    plain.add(FreeBsdPackage.of("big", "1.0").payload(SIZE));
    published.put(Kind.PACKAGE, plain.next());
    FreeBsdRepository hashed =
        new FreeBsdRepository("FreeBSD:14:amd64/quarterly", FreeBsdShape.official(key));
    hashed.add(FreeBsdPackage.of("big", "1.0").payload(SIZE));
    published.put(Kind.HASHED, hashed.next());
    UpdateTree update = UpdateTree.of("15.0-RELEASE", key);
    update.file("/boot/kernel/kernel", Bytes.random(SIZE, 3));
    published.put(Kind.UPDATE_FILE, update.publish().files());
    ReleaseTree release = new ReleaseTree("releases/amd64/amd64/15.0-RELEASE");
    published.put(Kind.SET, release.set("base.txz", SIZE, 4).next());
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

  /// A Larder with both upstreams that has the index.
  private void both(Kind kind, String... lines) throws IOException {
    first.publish(kind.files());
    second.publish(kind.files());
    run(kind, FreeBsdLarder.one(kind.mirror, List.of(lines), first.url(), second.url()));
  }

  /// A Larder with the first upstream only that has the index.
  private void one(Kind kind, String... lines) throws IOException {
    first.publish(kind.files());
    run(kind, FreeBsdLarder.one(kind.mirror, List.of(lines), first.url()));
  }

  private void run(Kind kind, TestLarder started) throws IOException {
    running = started;
    assertThat(Download.get(started.uri(kind.index)).status()).isEqualTo(200);
  }

  private TestLarder larder() {
    return Objects.requireNonNull(running);
  }

  private Answer get(Kind kind, String... headers) throws IOException {
    return Download.get(larder().uri(kind.path()), headers);
  }

  private static void assertRight(Kind kind, Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.end()).isEqualTo(End.COMPLETE);
    assertThat(answer.body()).isEqualTo(kind.bytes());
  }

  private void assertKept(Kind kind) {
    await().untilAsserted(() -> assertThat(larder().mirror().report().fills()).isEmpty());
    assertThat(larder().file(kind.path())).hasBinaryContent(kind.bytes());
    assertThat(larder().state("partial")).isEmptyDirectory();
  }

  // ---- ends too early -------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void whatAnUpstreamLeavesOffAnotherGoesOnWith(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.DieAt(HALF, false));
    assertRight(kind, get(kind));
    assertThat(second.requests(kind.path()))
        .extracting((SeenRequest request) -> request.header("range"))
        .containsExactly("bytes=" + HALF + "-");
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void aResetCostsNoClientItsFile(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.DieAt(HALF, true));
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void anUpstreamThatIgnoresTheRangeOfTheRestIsStillOfUse(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.DieAt(HALF, false));
    second.fault(kind.path(), new Fault.IgnoreRange());
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void aBodyWithoutALengthThatIsCutGoesOnElsewhere(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.Chunked(), new Fault.DieAt(HALF, false));
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void noLengthAtAllHurtsNobody(Kind kind) throws Exception {
    one(kind);
    first.fault(kind.path(), new Fault.CloseDelimited());
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  // ---- lies -----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void aPageOfHtmlIsNoFile(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.Html());
    assertRight(kind, get(kind));
    assertThat(first.count(kind.path())).isEqualTo(1);
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void aWrongLengthIsNeverACompleteFile(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), new Fault.WrongLength(-1000));
    Answer answer = get(kind);
    if (kind.hasSize()) {
      assertRight(kind, answer);
    } else {
      // Nobody knew the length before, so the end of the answer is where it is seen.
      assertThat(answer.end() == End.COMPLETE && answer.body().length != kind.bytes().length)
          .isFalse();
    }
    await().untilAsserted(() -> assertRight(kind, get(kind)));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void otherBytesEndShortAndTheRetryIsRight(Kind kind) throws Exception {
    both(kind);
    CountDownLatch begun = new CountDownLatch(1);
    byte[] wrong = kind.bytes();
    for (int i = 1000; i < wrong.length; i += 5000) {
      wrong[i] ^= 0x55;
    }
    first.fault(kind.path(), new Fault.OtherBytes(wrong), new Fault.HoldAt(HALF, begun));
    try (Download download = Download.open(larder().uri(kind.path()))) {
      download.read(500);
      begun.countDown();
      Answer poisoned = download.rest();
      assertThat(poisoned.end()).isEqualTo(End.SHORT);
    }
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatOneUpstreamHasNotIsTakenFromTheOther(Kind kind) throws Exception {
    both(kind);
    first.remove(kind.path());
    assertRight(kind, get(kind));
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void aPackageThatIsGoneIsNotRememberedAsGone(Kind kind) throws Exception {
    one(kind);
    first.remove(kind.path());
    assertThat(get(kind).status()).isEqualTo(404);
    first.publish(kind.files());
    if (kind.hasSize() || kind == Kind.SET) {
      assertRight(kind, get(kind));
    }
  }

  // ---- elsewhere ------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void aForbiddenRedirectIsRefusedWithHostAndKey(Kind kind) throws Exception {
    try (FaultyUpstream inside =
        FaultyUpstream.start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
      inside.publish(kind.files());
      one(kind, "redirects = \"public\"");
      first.fault(kind.path(), new Fault.Redirect(inside.uri(kind.path()).toASCIIString()));
      Answer answer = get(kind);
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.header("location")).isEmpty();
      assertThat(inside.connectionCount()).isZero();
      assertThat(larder().mirror().report().upstreams().getFirst().lastError())
          .contains("127.0.0.2")
          .contains("`redirects`");
    }
  }

  // ---- slow, or asks to wait ------------------------------------------------------------------

  /// Takes the seconds that a stall really takes; phttpget gives up after fifteen.
  @Tag("slow")
  @Test
  void anUpstreamOfOneBytePerSecondIsLeftBeforePhttpgetGivesUp() throws Exception {
    both(Kind.UPDATE_FILE);
    first.fault(Kind.UPDATE_FILE.path(), Fault.Paced.oneBytePerSecond());
    long begun = System.nanoTime();
    assertRight(Kind.UPDATE_FILE, get(Kind.UPDATE_FILE));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(14));
  }

  /// Each of them is given five seconds for its head.
  @Tag("slow")
  @Test
  void manyDeadUpstreamsAreAnErrorBeforePhttpgetGivesUp() throws Exception {
    Kind kind = Kind.UPDATE_FILE;
    first.publish(kind.files());
    CountDownLatch never = new CountDownLatch(1);
    try (FaultyUpstream third = FaultyUpstream.start();
        FaultyUpstream fourth = FaultyUpstream.start()) {
      run(
          kind,
          FreeBsdLarder.one(
              kind.mirror, List.of(), first.url(), second.url(), third.url(), fourth.url()));
      for (FaultyUpstream dead : List.of(first, second, third, fourth)) {
        dead.fault(kind.path(), new Fault.Hold(never));
      }
      long begun = System.nanoTime();
      assertThat(get(kind).status()).isEqualTo(504);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(14));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUpstreamThatAsksToWaitIsLeftForAnother(Kind kind) throws Exception {
    both(kind);
    first.fault(kind.path(), Fault.Status.tooMany("30"));
    assertRight(kind, get(kind));
    assertThat(first.count(kind.path())).isEqualTo(1);
    assertKept(kind);
  }

  @ParameterizedTest
  @EnumSource
  void indexesAreServedForAsLongAsUpstreamIsDown(Kind kind) throws Exception {
    one(kind);
    byte[] index = Objects.requireNonNull(kind.files().get(kind.index)).bytes().copy();
    for (Fault fault : List.of(new Fault.Status(500), new Fault.NoAnswer(true), new Fault.Html())) {
      first.faultAll(fault);
      Answer answer = Download.get(larder().uri(kind.index));
      assertThat(answer.status()).as(fault + "").isEqualTo(200);
      assertThat(answer.body()).isEqualTo(index);
      assertThat(answer.header("cache-status")).isNotEmpty();
    }
  }
}
