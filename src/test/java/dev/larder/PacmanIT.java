package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.MirrorReport;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.ArchRepository.Layout;
import dev.larder.testing.Bytes;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PackageSpec.Compression;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real pacman against a whole Larder in front of a real nginx: what it asks for without
/// signatures. [PacmanSignaturesIT] has the other half.
class PacmanIT {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path upstream;
  @TempDir Path empty;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl");
  }

  @Test
  void installsFromAnUnsignedRepositoryAndFetchesEveryFileOnce() {
    PackageSpec tool = PackageSpec.of("tool", "1:1.0-1").payload(300_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(tool);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient first = new PacmanClient();
          PacmanClient second = new PacmanClient()) {
        for (PacmanClient client : new PacmanClient[] {first, second}) {
          client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
          assertThat(client.sync().exit()).isZero();
          assertThat(client.install("tool").exit()).isZero();
          assertThat(client.installed("tool")).isEqualTo("1:1.0-1");
        }
        assertThat(nginx.awaitLog("/" + repository.path(tool), 1)).hasSize(1);
        assertThat(larder.file(repository.path(tool))).hasBinaryContent(repository.bytes(tool));
      }
    }
  }

  @Test
  void aSecondSyncGets304AndAForcedOneTheWholeDatabase() throws IOException {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1"));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          NginxServer front = inFrontOf(larder);
          PacmanClient client = new PacmanClient()) {
        client.repository("core", front.url() + "/arch/$repo/os/$arch");
        String database = "/arch/" + repository.databasePath();

        assertThat(client.sync().exit()).isZero();
        assertThat(client.sync().exit()).isZero();
        assertThat(client.sync(true).exit()).isZero();

        assertThat(statuses(front, database, 3)).containsExactly(200, 304, 200);
        NginxServer.Line conditional = front.log(database).get(1);
        Path local = client.database("core.db");
        String time = httpDate(Files.getLastModifiedTime(local).toInstant());
        assertThat(conditional.ifModifiedSince()).isEqualTo(time);
        assertThat(local).hasSameBinaryContentAs(upstream.resolve(repository.databasePath()));

        String url = larder.url() + "/" + repository.databasePath();
        assertThat(Curl.get(url, "-H", "If-Modified-Since: " + time).status()).isEqualTo(304);
        // A later date is no proof that the client has these very bytes.
        String later = httpDate(Instant.now());
        Curl.Answer whole = Curl.get(url, "-H", "If-Modified-Since: " + later);
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.body().copy()).isEqualTo(Files.readAllBytes(local));
        // Upstream was asked for the set each time, and for the database once.
        assertThat(nginx.awaitLog("/" + repository.databasePath(), 1)).hasSize(1);
      }
    }
  }

  @Test
  void oddNamesEpochsAndAnyPackagesArriveByteForByteOverFiveStreams() {
    List<PackageSpec> specs =
        List.of(
            PackageSpec.of("lib++0@x_y.z", "1:2.0+r3-1").payload(200_000).arch("x86_64"),
            PackageSpec.of("plus+plus", "3:1.0~rc1-2").payload(90_000),
            PackageSpec.of("at@home", "1.0_a+b-1.1").payload(1),
            PackageSpec.of("xz-one", "1~beta-1").payload(70_000).compression(Compression.XZ),
            PackageSpec.of("gz.one", "2:1-1").payload(64 * 1024).compression(Compression.GZ),
            PackageSpec.of("tar_one", "1-1").payload(200_000).compression(Compression.NONE),
            PackageSpec.of("big", "1-1").payload(2_000_000),
            PackageSpec.of("bigger", "9:9.9-9").payload(3_000_000));
    String[] names = specs.stream().map(PackageSpec::name).toArray(String[]::new);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(specs.toArray(PackageSpec[]::new));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url())) {
        for (int round = 0; round < 2; round++) {
          try (PacmanClient client = new PacmanClient().parallelDownloads(5)) {
            client.repository("core", larder.url() + "/$repo/os/$arch");
            assertThat(client.sync().exit()).isZero();
            assertThat(client.download(names)).satisfies(r -> assertThat(r.exit()).isZero());
            for (PackageSpec spec : specs) {
              assertThat(client.cached(spec.fileName())).hasBinaryContent(repository.bytes(spec));
            }
            assertThat(client.install(names).exit()).isZero();
            for (PackageSpec spec : specs) {
              assertThat(client.installed(spec.name())).isEqualTo(spec.version());
            }
          }
        }
        for (PackageSpec spec : specs) {
          assertThat(nginx.awaitLog("/" + repository.path(spec), 1)).as(spec.name()).hasSize(1);
          assertThat(larder.file(repository.path(spec))).hasBinaryContent(repository.bytes(spec));
        }
        Awaitility.await()
            .atMost(LONG)
            .untilAsserted(() -> assertThat(larder.mirror().report().fills()).isEmpty());
        assertThat(partials(larder)).isEmpty();
      }
    }
  }

  @Test
  void aSplitPackageWithAnEpochByTheRealMakepkgIsInstalled() {
    Tools.require("makepkg", "fakeroot", "zstd");
    String pkgbuild =
        """
        pkgbase=pair
        pkgname=(pair pair-docs)
        epoch=2
        pkgver=1.4+r5
        pkgrel=3
        arch=(x86_64)
        package_pair() {
          depends=('pair-docs>=2:1.4')
          install -d "$pkgdir/usr/share/pair"
          head -c 150000 /dev/urandom > "$pkgdir/usr/share/pair/data"
        }
        package_pair-docs() {
          arch=(any)
          install -d "$pkgdir/usr/share/doc/pair"
          echo hello > "$pkgdir/usr/share/doc/pair/hello: world"
        }
        """;
    try (ArchRepository repository = ArchRepository.unsigned("extra");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.addFiles(repository.makepkg(pkgbuild));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        client.repository("extra", larder.url() + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("pair").exit()).isZero();
        assertThat(client.installed("pair")).isEqualTo("2:1.4+r5-3");
        assertThat(client.installed("pair-docs")).isEqualTo("2:1.4+r5-3");
        assertThat(client.file("usr/share/doc/pair/hello: world")).hasContent("hello");
        String docs = "extra/os/x86_64/pair-docs-2:1.4+r5-3-any.pkg.tar.zst";
        assertThat(larder.file(docs)).hasSameBinaryContentAs(upstream.resolve(docs));
        assertThat(nginx.awaitLog("/" + docs, 1)).hasSize(1);
      }
    }
  }

  @Test
  void aPartIsResumedFromAFileThatIsHeldAndFromOneThatIsCold() {
    PackageSpec held = PackageSpec.of("held", "1-1").payload(400_000);
    PackageSpec cold = PackageSpec.of("cold", "1-1").payload(6_000_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(held, cold);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          NginxServer front = inFrontOf(larder);
          PacmanClient client = new PacmanClient()) {
        client.repository("core", front.url() + "/arch/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        Curl.get(larder.url() + "/" + repository.path(held));
        for (PackageSpec spec : List.of(held, cold)) {
          byte[] whole = repository.bytes(spec);
          int part = whole.length / 3;
          client.writePart(spec.fileName(), Arrays.copyOf(whole, part));

          assertThat(client.download(spec.name()).exit()).isZero();

          String path = "/arch/" + repository.path(spec);
          assertThat(statuses(front, path, 1)).containsExactly(206);
          NginxServer.Line line = front.log(path).getFirst();
          assertThat(line.range()).isEqualTo("bytes=" + part + "-");
          assertThat(line.bytes()).isEqualTo(whole.length - part);
          assertThat(client.cached(spec.fileName())).hasBinaryContent(whole);
          assertThat(client.cached(spec.fileName() + ".part")).doesNotExist();
        }
        // The fill of a cold file is of the whole file, whatever part was asked for.
        Path file = larder.file(repository.path(cold));
        Awaitility.await().atMost(LONG).until(() -> Files.exists(file));
        assertThat(file).hasBinaryContent(repository.bytes(cold));
        assertThat(client.install("held", "cold").exit()).isZero();
      }
    }
  }

  @Test
  void theFilesDatabaseIsFetchedWhenAskedForAndOfTheSameSet() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1"));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          NginxServer front = inFrontOf(larder);
          PacmanClient client = new PacmanClient()) {
        client.repository("core", front.url() + "/arch/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        String files = "core/os/x86_64/core.files";
        assertThat(nginx.log("/" + files)).isEmpty();

        assertThat(client.files().exit()).isZero();
        assertThat(client.run("-F", "usr/share/larder-test/tool").output()).contains("core/tool 1");
        assertThat(client.files().exit()).isZero();

        assertThat(statuses(front, "/arch/" + files, 2)).containsExactly(200, 304);
        assertThat(client.database("core.files")).hasSameBinaryContentAs(upstream.resolve(files));
        assertThat(root(larder).generation()).isEqualTo(1);

        repository.add(PackageSpec.of("tool", "2-1"));
        repository.publish(upstream);
        assertThat(client.files().exit()).isZero();
        assertThat(client.run("-F", "usr/share/larder-test/tool").output()).contains("core/tool 2");
        assertThat(root(larder).generation()).isEqualTo(2);
      }
    }
  }

  @Test
  void severalRepositoriesMoveTogetherAndAnUnchangedSetCostsOneSmallRequest() {
    try (ArchRepository core = ArchRepository.unsigned("core");
        ArchRepository extra = ArchRepository.unsigned("extra");
        NginxServer nginx = NginxServer.serve(upstream)) {
      core.add(PackageSpec.of("one", "1-1"));
      extra.add(PackageSpec.of("two", "1-1").depends("one"));
      core.publish(upstream);
      extra.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        client.repository("core", larder.url() + "/$repo/os/$arch");
        client.repository("extra", larder.url() + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("two").exit()).isZero();
        assertThat(client.installed("one")).isEqualTo("1-1");
        int before = nginx.log().size();

        assertThat(client.sync().exit()).isZero();

        assertThat(nginx.log().subList(before, nginx.log().size()))
            .isNotEmpty()
            .allMatch(line -> line.uri().equals("/lastupdate"));
        long generation = root(larder).generation();

        core.add(PackageSpec.of("one", "2-1"));
        extra.add(PackageSpec.of("two", "2-1").depends("one>=2"));
        core.publish(upstream);
        extra.publish(upstream);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.upgrade().exit()).isZero();
        assertThat(client.installed("one")).isEqualTo("2-1");
        assertThat(client.installed("two")).isEqualTo("2-1");
        assertThat(root(larder).generation()).isEqualTo(generation + 1);
        assertThat(root(larder).indexes())
            .containsExactly("core/os/x86_64/core.db", "extra/os/x86_64/extra.db");
      }
    }
  }

  @Test
  void aCustomRepositoryWithoutATokenIsRevalidatedByItsDatabase() {
    try (ArchRepository repository =
            ArchRepository.custom("mine", Layout.custom("stuff/x86_64"), null);
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1"));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        client.repository("mine", larder.url() + "/stuff/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.sync().exit()).isZero();
        assertThat(statuses(nginx, "/stuff/x86_64/mine.db", 2)).containsExactly(200, 304);
        assertThat(client.install("tool").exit()).isZero();

        repository.add(PackageSpec.of("tool", "2-1"));
        repository.publish(upstream);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.upgrade().exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("2-1");
      }
    }
  }

  @Test
  void aMirrorIsServedAtItsOwnAddressToo() {
    PackageSpec tool = PackageSpec.of("tool", "1:1-1").payload(100_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(tool);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.with(List.of("listen = [\"127.0.0.1:0\"]"), nginx.url());
          PacmanClient client = new PacmanClient()) {
        InetSocketAddress own = larder.larder().ownAddresses("arch").getFirst();
        String url = "http://127.0.0.1:" + own.getPort();
        client.repository("core", url + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();
        assertThat(client.cached(tool.fileName())).hasBinaryContent(repository.bytes(tool));
        // There it is at /, and only there.
        assertThat(Curl.get(url + "/arch/" + repository.databasePath()).status()).isEqualTo(404);
        assertThat(Curl.get(larder.url() + "/" + repository.databasePath()).status())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void pacmanCanUseItAsTheProxyForTheUpstreamItself() {
    PackageSpec tool = PackageSpec.of("lib++", "1:1-1").payload(100_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(tool);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url())) {
        String proxy = larder.url().replaceFirst("/arch$", "");
        for (int round = 0; round < 2; round++) {
          try (PacmanClient client = new PacmanClient().env("http_proxy", proxy)) {
            client.repository("core", nginx.url() + "/$repo/os/$arch");
            assertThat(client.sync().exit()).isZero();
            assertThat(client.install("lib++").exit()).isZero();
            assertThat(client.cached(tool.fileName())).hasBinaryContent(repository.bytes(tool));
          }
        }
        assertThat(nginx.awaitLog("/" + repository.path(tool), 1)).hasSize(1);
        assertThat(nginx.log()).noneMatch(line -> line.userAgent().contains("pacman"));
      }
    }
  }

  @Test
  void aPackageAskedForBeforeAnyIndexIsTheOneThatPacmanInstallsLater() {
    PackageSpec tool = PackageSpec.of("tool", "1-1").payload(300_000);
    PackageSpec odd = PackageSpec.of("odd", "1-1").payload(300_000);
    try (ArchRepository core = ArchRepository.unsigned("core");
        ArchRepository hidden = ArchRepository.custom("hidden", Layout.custom("some/where"), null);
        NginxServer nginx = NginxServer.serve(upstream)) {
      core.add(tool);
      core.publish(upstream);
      hidden.add(odd);
      hidden.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        // The first one's index can be guessed from its path, the second one's cannot.
        for (String path : List.of(core.path(tool), hidden.path(odd))) {
          Curl.Answer early = Curl.get(larder.url() + "/" + path);
          assertThat(early.status()).isEqualTo(200);
          assertThat(early.body())
              .isEqualTo(
                  new Bytes(path.equals(core.path(tool)) ? core.bytes(tool) : hidden.bytes(odd)));
        }
        client.repository("core", larder.url() + "/$repo/os/$arch");
        client.repository("hidden", larder.url() + "/some/where");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool", "odd").exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("1-1");
        assertThat(client.installed("odd")).isEqualTo("1-1");
        assertThat(nginx.awaitLog("/" + core.path(tool), 1)).hasSize(1);
        assertThat(nginx.awaitLog("/" + hidden.path(odd), 1)).hasSize(1);
      }
    }
  }

  /// A proxy that tells what the client asked and what it got.
  private NginxServer inFrontOf(TestLarder larder) {
    String base = larder.url().replaceFirst("/arch$", "");
    return NginxServer.serve(
        empty,
        "location / { proxy_pass %s; proxy_http_version 1.1; proxy_set_header Connection \"\";"
                .formatted(base)
            + " proxy_buffering off; }");
  }

  private static List<Integer> statuses(NginxServer nginx, String uri, int number) {
    Awaitility.await().atMost(LONG).until(() -> nginx.log(uri).size() >= number);
    return nginx.log(uri).stream().map(NginxServer.Line::status).toList();
  }

  private static MirrorReport.RootReport root(TestLarder larder) {
    return larder.mirror().report().roots().getFirst();
  }

  private static List<Path> partials(TestLarder larder) {
    try (Stream<Path> files = Files.walk(larder.data().resolve("state"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().contains("/partial/"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String httpDate(Instant time) {
    return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", java.util.Locale.US)
        .format(time.atZone(ZoneOffset.UTC));
  }
}
