package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.testing.Bytes;
import dev.larder.testing.Download;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdUpdateReplay;
import dev.larder.testing.FreeBsdUpdateReplay.Run;
import dev.larder.testing.NginxServer;
import dev.larder.testing.Phttpget;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import dev.larder.testing.UpdateTree;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// freebsd-update's requests against Larder, which is all it knows: a name, no port, no path.
class FreeBsdUpdateIT {
  private static final int PATCHES = 3194;
  private static final int FILES = 661;
  private static final String SERVER = "update.example.org";

  private static FreeBsdKey key;

  @TempDir Path upstream;

  @BeforeAll
  static void tools() {
    Tools.require("nginx");
    key = FreeBsdKey.create();
  }

  private static FreeBsdUpdateReplay machine(TestLarder larder, Map<String, Bytes> system) {
    return new FreeBsdUpdateReplay(URI.create(larder.top()), SERVER, system);
  }

  private static byte[] text(String text) {
    return text.repeat(50).getBytes(StandardCharsets.US_ASCII);
  }

  /// A release with three files at patch level 0.
  private static UpdateTree release() {
    UpdateTree tree = UpdateTree.of("15.0-RELEASE", key);
    tree.file("/bin/ls", text("ls 0"));
    tree.file("/bin/cat", text("cat 0"));
    tree.file("/lib/libc.so.7", Bytes.random(200_000, 1));
    return tree.publish();
  }

  private static UpdateTree next(UpdateTree tree) {
    int level = tree.patchLevel() + 1;
    tree.file("/bin/ls", text("ls " + level));
    tree.file("/lib/libc.so.7", Bytes.random(200_000, 1 + level));
    return tree.publish();
  }

  // ---- the upgrade of a machine, and of the next ----------------------------------------------

  @Test
  void anUpgradeAsksUpstreamOnceForEachFileAndTheNextMachineForNone() throws Exception {
    List<UpdateTree> trees = UpdateTree.upgrade(key, PATCHES, FILES);
    UpdateTree from = trees.getFirst();
    UpdateTree to = trees.getLast();
    FreeBsdRepository.place(upstream, from.files());
    FreeBsdRepository.place(upstream, to.files());
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.update(List.of(), nginx.url())) {
      upgrade(larder, from, to, "cold");
      Map<String, Integer> asked = withoutPointers(FreeBsdLarder.asked(nginx));
      assertThat(asked).hasSizeGreaterThan(PATCHES + FILES);
      assertThat(asked).allSatisfy((path, times) -> assertThat(times).as(path).isEqualTo(1));

      upgrade(larder, from, to, "warm");
      assertThat(withoutPointers(FreeBsdLarder.asked(nginx))).isEqualTo(asked);
      assertThat(larder.state("partial")).isEmptyDirectory();
    }
  }

  private static Map<String, Integer> withoutPointers(Map<String, Integer> asked) {
    Map<String, Integer> rest = new TreeMap<>(asked);
    rest.keySet().removeIf(path -> path.endsWith(".ssl"));
    return rest;
  }

  private static void upgrade(TestLarder larder, UpdateTree from, UpdateTree to, String how)
      throws Exception {
    try (FreeBsdUpdateReplay machine = machine(larder, from.system())) {
      long begun = System.nanoTime();
      Run run = machine.upgrade(from, to);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      assertThat(run.patches()).isEqualTo(PATCHES);
      assertThat(run.applied()).isEqualTo(PATCHES - PATCHES / 3);
      assertThat(run.fetched()).isEqualTo(FILES);
      assertThat(machine.system()).isEqualTo(to.system());
      for (Phttpget.Result list : run.runs()) {
        assertThat(list.connections()).as("404s keep the connection").isEqualTo(1);
        assertThat(list.longestWait()).isLessThan(Duration.ofSeconds(15));
      }
      Phttpget.Result patches = run.runs().get(run.runs().size() - 2);
      assertThat(patches.statuses())
          .containsExactly(Map.entry(200, PATCHES - PATCHES / 3), Map.entry(404, PATCHES / 3));
      System.out.printf(
          "freebsd-update, %s: %d patches and %d files in %d ms, depth %d, longest wait %d ms%n",
          how, PATCHES, FILES, took.toMillis(), patches.depth(), patches.longestWait().toMillis());
    }
  }

  // ---- patch levels ---------------------------------------------------------------------------

  @Test
  void aNewPatchLevelIsThereAtTheVeryNextRequestWithPatchesForWhatChanged() throws Exception {
    UpdateTree tree = release();
    Map<String, Bytes> system = tree.system();
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url());
        FreeBsdUpdateReplay machine = machine(larder, system)) {
      first.publish(tree.files());
      assertThat(machine.fetch(tree).patches()).isZero();
      for (int level = 1; level <= 3; level++) {
        next(tree);
        first.publish(tree.files());
        Run run = machine.fetch(tree);
        assertThat(run.patchLevel()).isEqualTo(level);
        assertThat(run.patches()).isEqualTo(2);
        assertThat(run.applied()).isEqualTo(2);
        assertThat(run.fetched()).isZero();
        assertThat(machine.system()).isEqualTo(tree.system());
      }
      assertThat(first.requests()).anyMatch(request -> request.path().contains("/tp/"));
    }
  }

  @Test
  void thePatchLevelNeverGoesBack() throws Exception {
    UpdateTree tree = release();
    Map<String, ServedFile> old = tree.files();
    next(tree);
    Map<String, ServedFile> fresh = tree.files();
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url(), second.url())) {
      first.publish(fresh);
      second.publish(old);
      String latest = tree.directory() + "/latest.ssl";
      byte[] newest = FreeBsdLarder.bytes(fresh, latest);
      assertThat(Download.get(larder.uri(latest)).body()).isEqualTo(newest);
      // The one that is ahead is gone, then goes back itself.
      first.faultAll(new Fault.NoAnswer(false));
      assertThat(Download.get(larder.uri(latest)).body()).isEqualTo(newest);
      first.heal();
      first.publish(old);
      for (int i = 0; i < 3; i++) {
        assertThat(Download.get(larder.uri(latest)).body()).isEqualTo(newest);
      }
      larder.stop();
      larder.start();
      assertThat(Download.get(larder.uri(latest)).body()).as("after a restart").isEqualTo(newest);
      next(tree);
      first.publish(tree.files());
      second.publish(tree.files());
      assertThat(Download.get(larder.uri(latest)).body())
          .isEqualTo(FreeBsdLarder.bytes(tree.files(), latest));
    }
  }

  @Test
  void pointersAreConfirmedByUpstreamOnEveryRequestAndServedWhenItIsDown() throws Exception {
    UpdateTree tree = release();
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url());
        FreeBsdUpdateReplay machine = machine(larder, Map.of())) {
      first.publish(tree.files());
      machine.fetch(tree);
      String latest = tree.directory() + "/latest.ssl";
      int before = first.count(latest);
      for (int i = 1; i <= 3; i++) {
        assertThat(Download.get(larder.uri(latest)).status()).isEqualTo(200);
        assertThat(first.count(latest)).isEqualTo(before + i);
      }
      assertThat(first.requests(latest).getLast().header("if-none-match")).isNotNull();
      first.faultAll(new Fault.Status(503));
      try (FreeBsdUpdateReplay other = machine(larder, Map.of())) {
        assertThat(other.fetch(tree).fetched()).isEqualTo(3);
        assertThat(other.system()).isEqualTo(tree.system());
      }
    }
  }

  // ---- bytes that are wrong -------------------------------------------------------------------

  @Test
  void wrongBytesFromOneUpstreamAreReplacedFromAnother() throws Exception {
    UpdateTree tree = release();
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url(), second.url());
        FreeBsdUpdateReplay machine = machine(larder, Map.of())) {
      first.publish(tree.files());
      second.publish(tree.files());
      ServedFile wrong =
          tree.files().entrySet().stream()
              .filter(file -> file.getKey().contains("/f/"))
              .min(Map.Entry.comparingByKey())
              .orElseThrow()
              .getValue();
      tree.files()
          .forEach((path, file) -> {
            if (path.contains("/m/") || (path.contains("/f/") && !file.equals(wrong))) {
              // A good gzip file of something else, or not even that.
              byte[] bytes = path.contains("/m/") ? text("garbage") : wrong.bytes().copy();
              first.fault(path, new Fault.OtherBytes(bytes));
            } else if (path.contains("/t/")) {
              first.fault(path, new Fault.OtherBytes(text("INDEX-NEW|0\n")));
            }
          });
      Run run = machine.fetch(tree);
      assertThat(run.fetched()).isEqualTo(3);
      assertThat(machine.system()).isEqualTo(tree.system());
    }
  }

  @Test
  void aPatchThatIsCutOrNoneIsNotKept() throws Exception {
    UpdateTree tree = release();
    Map<String, Bytes> system = tree.system();
    next(tree);
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url(), second.url());
        FreeBsdUpdateReplay machine = machine(larder, system)) {
      first.publish(tree.files());
      second.publish(tree.files());
      List<String> patches =
          tree.files().keySet().stream().filter(path -> path.contains("/bp/")).sorted().toList();
      assertThat(patches).hasSize(2);
      byte[] whole = FreeBsdLarder.bytes(tree.files(), patches.getFirst());
      first.fault(
          patches.getFirst(), new Fault.OtherBytes(Arrays.copyOf(whole, whole.length - 20)));
      first.fault(patches.getLast(), new Fault.Html());
      Run run = machine.fetch(tree);
      assertThat(run.applied()).isEqualTo(2);
      assertThat(run.fetched()).isZero();
      for (String patch : patches) {
        assertThat(larder.file(patch)).hasBinaryContent(FreeBsdLarder.bytes(tree.files(), patch));
      }
    }
  }

  @Test
  void whereAllPatchesAreCutTheClientGetsFilesInstead() throws Exception {
    UpdateTree tree = release();
    Map<String, Bytes> system = tree.system();
    next(tree);
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url());
        FreeBsdUpdateReplay machine = machine(larder, system)) {
      first.publish(tree.files());
      tree.files()
          .forEach((path, file) -> {
            if (path.contains("/bp/")) {
              byte[] bytes = file.bytes().copy();
              first.fault(path, new Fault.OtherBytes(Arrays.copyOf(bytes, bytes.length / 2)));
            }
          });
      Run run = machine.fetch(tree);
      assertThat(run.applied()).isZero();
      assertThat(run.fetched()).isEqualTo(2);
      assertThat(machine.system()).isEqualTo(tree.system());
    }
  }

  @Test
  void aRedirectIsFollowedHereSincePhttpgetFollowsNone() throws Exception {
    UpdateTree tree = release();
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url());
        FreeBsdUpdateReplay machine = machine(larder, Map.of())) {
      second.publish(tree.files());
      tree.files()
          .keySet()
          .forEach(path -> first.fault(path, new Fault.Redirect(second.uri(path).toString())));
      machine.fetch(tree);
      assertThat(machine.system()).isEqualTo(tree.system());
    }
  }

  @Test
  void aFileNobodyHasEndsTheRunAndNotTheConnection() throws Exception {
    UpdateTree tree = release();
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url());
        FreeBsdUpdateReplay machine = machine(larder, Map.of())) {
      first.publish(tree.files());
      String lost =
          tree.files().keySet().stream().filter(path -> path.contains("/f/")).findFirst().get();
      first.remove(lost);
      assertThatThrownBy(() -> machine.fetch(tree)).hasMessageContaining("failed");
      first.publish(tree.files());
      larder.stop();
      larder.start();
      try (FreeBsdUpdateReplay again = machine(larder, Map.of())) {
        again.fetch(tree);
        assertThat(again.system()).isEqualTo(tree.system());
      }
    }
  }

  @Test
  void aMachineWithAProxyInItsEnvironmentGetsTheSame() throws Exception {
    UpdateTree tree = release();
    try (FaultyUpstream first = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.update(List.of(), first.url())) {
      first.publish(tree.files());
      URI top = URI.create(larder.top());
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), top.getPort());
      List<String> paths =
          tree.files().keySet().stream().filter(path -> path.contains("/f/")).sorted().toList();
      Phttpget.Result result =
          new Phttpget(address)
              .through("127.0.0.1:" + first.port())
              .fetch(upstream.resolve("got"), paths);
      assertThat(result.failure()).isNull();
      assertThat(result.statuses()).containsExactly(Map.entry(200, paths.size()));
    }
  }
}
