package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.BastilleReplay;
import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.NginxServer;
import dev.larder.testing.ReleaseTree;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `bastille bootstrap` asks for, against Larder in front of a server of releases.
class BastilleIT {
  private static final String RELEASE = "releases/amd64/amd64/15.0-RELEASE";
  private static final String SNAPSHOT = "snapshots/amd64/amd64/16.0-CURRENT";
  private static final int SIZE = 2_000_000;

  @TempDir Path upstream;

  @BeforeAll
  static void tools() {
    Tools.require("nginx");
  }

  private static ReleaseTree tree(String directory) {
    return new ReleaseTree(directory).set("base.txz", SIZE, 1).set("src.txz", SIZE / 2, 2);
  }

  /// What `bastille_url_freebsd` comes to.
  private static URI url(TestLarder larder, String directory) {
    return URI.create(larder.top() + "/pub/FreeBSD/" + directory);
  }

  @Test
  void twoHostsAtOnceCauseOneTransferOfEachSet() throws Exception {
    ReleaseTree tree = tree(RELEASE);
    FreeBsdRepository.place(upstream, tree.next());
    try (NginxServer nginx = NginxServer.serve(upstream, "limit_rate 4m;");
        TestLarder larder = FreeBsdLarder.releases(List.of(), nginx.url());
        ExecutorService hosts = Executors.newVirtualThreadPerTaskExecutor()) {
      List<BastilleReplay> both = new ArrayList<>();
      List<Future<List<String>>> runs = new ArrayList<>();
      for (String from : List.of("127.0.0.2", "127.0.0.3")) {
        BastilleReplay host = new BastilleReplay(url(larder, RELEASE), from);
        both.add(host);
        runs.add(hosts.submit(() -> host.bootstrap("base.txz", "src.txz")));
      }
      for (Future<List<String>> run : runs) {
        assertThat(run.get()).containsExactly("MANIFEST", "MANIFEST", "base.txz", "src.txz");
      }
      for (BastilleReplay host : both) {
        assertThat(host.set("base.txz")).isEqualTo(tree.bytes("base.txz"));
        assertThat(host.set("src.txz")).isEqualTo(tree.bytes("src.txz"));
      }
      nginx.awaitLog("/" + tree.path("src.txz"), 1);
      assertThat(FreeBsdLarder.sent(nginx))
          .containsOnly(
              Map.entry(tree.path("MANIFEST"), 1),
              Map.entry(tree.path("base.txz"), 1),
              Map.entry(tree.path("src.txz"), 1));
      // Below its name it is the same.
      new BastilleReplay(larder.uri(RELEASE)).bootstrap("base.txz");
      assertThat(FreeBsdLarder.sent(nginx)).hasSize(3).containsEntry(tree.path("base.txz"), 1);
    }
  }

  @Test
  void aReleaseThatVanishesUpstreamStaysHere() throws Exception {
    ReleaseTree tree = tree(RELEASE);
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.releases(List.of(), first.url())) {
      first.publish(tree.next());
      new BastilleReplay(url(larder, RELEASE)).bootstrap("base.txz", "src.txz");
      first.publish(Map.of());
      for (int i = 0; i < 2; i++) {
        BastilleReplay later = new BastilleReplay(url(larder, RELEASE));
        later.bootstrap("base.txz", "src.txz");
        assertThat(later.set("src.txz")).isEqualTo(tree.bytes("src.txz"));
        larder.stop();
        larder.start();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RELEASE, SNAPSHOT})
  void whatIsRebuiltInPlaceIsFetchedAnewAndNeverMixed(String directory) throws Exception {
    ReleaseTree tree = tree(directory);
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.releases(List.of(), first.url())) {
      first.publish(tree.next());
      new BastilleReplay(url(larder, directory)).bootstrap("base.txz", "src.txz");
      tree.set("base.txz", SIZE, 7);
      first.publish(tree.next());
      BastilleReplay later = new BastilleReplay(url(larder, directory));
      later.bootstrap("base.txz", "src.txz");
      assertThat(later.set("base.txz")).isEqualTo(tree.bytes("base.txz"));
      assertThat(first.count(tree.path("base.txz"))).isEqualTo(2);
      assertThat(first.count(tree.path("src.txz"))).as("its bytes are the same").isEqualTo(1);
      assertThat(larder.file(tree.path("base.txz"))).hasBinaryContent(tree.bytes("base.txz"));
    }
  }

  @Test
  void aSetThatDoesNotFitItsManifestIsTakenFromAnotherUpstream() throws Exception {
    ReleaseTree tree = tree(RELEASE);
    Map<String, ServedFile> right = tree.next();
    Map<String, ServedFile> torn = new HashMap<>(right);
    torn.put(
        tree.path("base.txz"),
        new ReleaseTree(RELEASE).set("base.txz", SIZE, 9).next().get(tree.path("base.txz")));
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.releases(List.of(), first.url(), second.url())) {
      first.publish(torn);
      second.publish(right);
      // The first answer may have begun before the bytes were known to be wrong: then it ends
      // short.
      BastilleReplay host = new BastilleReplay(url(larder, RELEASE));
      await()
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(host.bootstrap("base.txz")).contains("MANIFEST"));
      assertThat(host.set("base.txz")).isEqualTo(tree.bytes("base.txz"));
    }
  }

  @Test
  void aSetThatFitsNowhereIsNeverCompleteAndWrong() throws Exception {
    ReleaseTree tree = tree(RELEASE);
    Map<String, ServedFile> torn = new HashMap<>(tree.next());
    torn.put(
        tree.path("base.txz"),
        new ReleaseTree(RELEASE).set("base.txz", SIZE, 9).next().get(tree.path("base.txz")));
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.releases(List.of(), first.url())) {
      first.publish(torn);
      BastilleReplay host = new BastilleReplay(url(larder, RELEASE));
      assertThatThrownBy(() -> host.bootstrap("base.txz")).hasMessageContaining("base.txz: ");
      assertThat(larder.file(tree.path("base.txz"))).doesNotExist();
    }
  }

  @Test
  void aProbeForTheSizeAndARestByRangeAreAnswered() throws Exception {
    ReleaseTree tree = tree(RELEASE);
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.releases(List.of(), first.url())) {
      first.publish(tree.next());
      new BastilleReplay(url(larder, RELEASE)).bootstrap("base.txz");
      Answer rest =
          Download.get(larder.uri(tree.path("base.txz")), "Range: bytes=" + (SIZE - 1000) + "-");
      assertThat(rest.status()).isEqualTo(206);
      assertThat(rest.body()).hasSize(1000);
      assertThat(rest.header("content-range"))
          .isEqualTo("bytes " + (SIZE - 1000) + "-" + (SIZE - 1) + "/" + SIZE);
    }
  }
}
