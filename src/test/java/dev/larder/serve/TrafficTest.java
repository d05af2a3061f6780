package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.limits.ClientLimits;
import dev.larder.limits.LimitsFixture;
import dev.larder.log.AccessLog;
import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is counted at each address: one that is shared, and one that a mirror has for itself.
@SuppressWarnings("try") // closing at a moment of our choice is what is tested
class TrafficTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final InetSocketAddress OWN =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
  private static final InetSocketAddress OTHER =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), 0);
  private static final PackagesSettings SETTINGS = new PackagesSettings(List.of(ANY), null);

  @TempDir private Path directory;
  private final ClientLimits clients = LimitsFixture.limits("connections = 4");
  private PlainContent arch;
  private PackageListener listener;

  @BeforeEach
  void open() throws IOException {
    arch = new PlainContent("arch", directory.resolve("tree")).file("a", Listening.bytes(2_000));
    Site site =
        Site.fixed(List.of(arch), List.of(own(OWN)), List.of(), List.of(), Set.of("larder"));
    listener =
        PackageListener.open(
            SETTINGS, site, clients, Listening.PATIENT, Transport.best(), AccessLog.off());
  }

  @AfterEach
  void close() {
    listener.close();
  }

  private Site.Own own(InetSocketAddress address) {
    return new Site.Own(arch, List.of(address));
  }

  private RawClient shared() throws IOException {
    return new RawClient(listener.addresses().getFirst());
  }

  private RawClient alone() throws IOException {
    return new RawClient(listener.addresses("arch").getFirst());
  }

  private TrafficReport at(InetSocketAddress configured) {
    String name = configured.getAddress().getHostAddress() + ":" + configured.getPort();
    return listener.traffic().stream()
        .filter(report -> report.listener().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void counted(InetSocketAddress where, TrafficReport expected) {
    await().untilAsserted(() -> assertThat(at(where)).isEqualTo(expected));
  }

  private void reload(Site.Own... own) throws IOException {
    listener.prepare(SETTINGS, List.of(own)).apply();
  }

  @Test
  void beforeAnybodyComesNothingIsCountedAndEachIsNamedAsConfigured() {
    assertThat(listener.traffic())
        .containsExactly(
            new TrafficReport("127.0.0.1:0", 0, 0, 0, Map.of()),
            new TrafficReport("127.0.0.2:0", 0, 0, 0, Map.of()));
  }

  @Test
  void eachCountsWhatIsDoneThereAndNothingElse() throws IOException {
    try (RawClient one = shared();
        RawClient two = alone()) {
      int none = one.get("/arch/none").read().body().length;
      one.get("/arch/a").read();
      one.request("HEAD", "/arch/a").readHead();
      for (int i = 0; i < 3; i++) {
        assertThat(two.get("/a").read().body()).hasSize(2_000); // from the disk, then from memory
      }
      assertThat(two.get("/a", "Range: bytes=0-99").read().body()).hasSize(100);
      two.get("/a", "If-Modified-Since: " + PlainContent.MODIFIED_TEXT).readHead();
      counted(ANY, new TrafficReport("127.0.0.1:0", 1, 1, 2_000 + none, Map.of(200, 2L, 404, 1L)));
      counted(
          OWN, new TrafficReport("127.0.0.2:0", 1, 1, 6_100, Map.of(200, 3L, 206, 1L, 304, 1L)));
    }
    alone().close();
    counted(OWN, new TrafficReport("127.0.0.2:0", 0, 2, 6_100, Map.of(200, 3L, 206, 1L, 304, 1L)));
    counted(ANY, new TrafficReport("127.0.0.1:0", 0, 1, at(ANY).sentBytes(), at(ANY).responses()));
  }

  @Test
  void whatWasCountedStaysWhenAnAddressGoesAndGoesOnWhenItComesAgain() throws IOException {
    try (RawClient two = alone()) {
      two.get("/a").read();
      counted(OWN, new TrafficReport("127.0.0.2:0", 1, 1, 2_000, Map.of(200, 1L)));
      reload();
      assertThat(two.readByte()).isEqualTo(-1);
    }
    counted(OWN, new TrafficReport("127.0.0.2:0", 0, 1, 2_000, Map.of(200, 1L)));
    reload(own(OWN));
    try (RawClient two = alone()) {
      two.get("/a").read();
      counted(OWN, new TrafficReport("127.0.0.2:0", 1, 2, 4_000, Map.of(200, 2L)));
    }
  }

  @Test
  void anAddressThatNobodyCameToLeavesNothing() throws IOException {
    PackageListener.Change change = listener.prepare(SETTINGS, List.of(own(OTHER)));
    change.discard();
    reload(own(OTHER));
    await()
        .untilAsserted(() ->
            assertThat(listener.traffic())
                .extracting(TrafficReport::listener)
                .containsExactly("127.0.0.1:0", "127.0.0.3:0"));
    reload();
    await().untilAsserted(() -> assertThat(listener.traffic()).hasSize(1));
  }

  @Test
  void whoIsRefusedIsCountedToo() throws IOException {
    List<RawClient> four = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RawClient client = alone();
        four.add(client);
        assertThat(client.get("/a").read().code()).isEqualTo(200);
      }
      try (RawClient fifth = shared()) {
        RawClient.Response refused = fifth.read();
        assertThat(refused.code()).isEqualTo(503);
        counted(
            ANY, new TrafficReport("127.0.0.1:0", 1, 1, refused.body().length, Map.of(503, 1L)));
      }
      counted(OWN, new TrafficReport("127.0.0.2:0", 4, 4, 8_000, Map.of(200, 4L)));
    } finally {
      for (RawClient client : four) {
        client.close();
      }
    }
  }

  @Test
  void ofABodyThatIsCutOffOnlyWhatWasSentCounts() throws IOException {
    SlowFile file = new SlowFile(directory.resolve("growing"));
    arch.answer("growing", ask -> growing(ask, file));
    Socket leaves = new Socket();
    leaves.setSoLinger(true, 0); // with a reset, since a closed stream may still be read from
    leaves.connect(listener.addresses("arch").getFirst());
    try (RawClient stays = alone();
        RawClient two = new RawClient(leaves)) {
      stays.get("/growing").readStart();
      two.get("/growing").readStart();
      file.grow(Listening.bytes(1_000));
      stays.exactly(1_000);
      two.exactly(1_000);
      assertThat(at(OWN)).isEqualTo(new TrafficReport("127.0.0.2:0", 2, 2, 0, Map.of(200, 2L)));
      two.close();
      counted(OWN, new TrafficReport("127.0.0.2:0", 1, 2, 1_000, Map.of(200, 2L)));
      file.fail("no upstream has the rest");
      assertThat(stays.readByte()).isEqualTo(-1);
    }
    counted(OWN, new TrafficReport("127.0.0.2:0", 0, 2, 2_000, Map.of(200, 2L)));
    file.close();
  }

  private static Answer growing(Ask ask, SlowFile file) {
    Representation is = new Representation(5_000, null, null, null);
    ask.want(is);
    return new Answer.Found(
        is,
        new Answer.Body.Growing(file),
        CacheStatus.forwarded("uri-miss", 200, true, ""),
        Answer.Validity.ONCE);
  }
}
