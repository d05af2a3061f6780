package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Download;
import dev.larder.testing.Download.Answer;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PkgReplay;
import dev.larder.testing.PkgReplay.Sent;
import dev.larder.testing.PkgReplay.Update;
import dev.larder.testing.PkgReplay.Version;
import dev.larder.testing.PkgTrust;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// FreeBSD's pkg, both generations of it, request by request, against Larder in front of nginx.
class PkgIT {
  private static final String LATEST = "FreeBSD:14:amd64/latest";
  private static final FreeBsdPackage LIB = FreeBsdPackage.of("lib+x", "1.2_3,1").payload(300_000);
  private static final FreeBsdPackage TOOL =
      FreeBsdPackage.of("tool", "1.0").payload(40_000).depends("lib+x");

  private static FreeBsdKey key;

  @TempDir Path upstream;
  @TempDir Path trust;

  @BeforeAll
  static void tools() {
    Tools.require("nginx");
    key = FreeBsdKey.create();
  }

  private List<String> lines(String... more) {
    FreeBsdKey.fingerprints(trust, key);
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add(FreeBsdLarder.fingerprints(trust));
    return lines;
  }

  private static FreeBsdRepository repository(FreeBsdShape shape) {
    FreeBsdRepository repository = new FreeBsdRepository(LATEST, shape);
    repository.add(LIB, TOOL);
    return repository;
  }

  private static PkgReplay client(Version version, TestLarder larder, String from) {
    return PkgReplay.of(version, URI.create(larder.url() + "/" + LATEST), PkgTrust.of(key), from);
  }

  private static PkgReplay client(Version version, TestLarder larder) {
    return client(version, larder, "127.0.0.1");
  }

  // ---- one machine, and the next --------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void updatesInstallsAndResumesAndTheNextMachineCausesNothingUpstream(Version version)
      throws Exception {
    FreeBsdRepository repository = repository(FreeBsdShape.official(key));
    Map<String, ServedFile> published = repository.publishKeeping(upstream);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines("refresh = \"1h\""), nginx.url());
        PkgReplay machine = client(version, larder)) {
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.sent()).map(Sent::toString).isEqualTo(updated(version));
      for (String file : List.of("meta.conf", "data.pkg", "packagesite.pkg")) {
        assertThat(Download.get(larder.uri(repository.path(file))).body())
            .as("the bytes upstream has signed")
            .isEqualTo(FreeBsdLarder.bytes(published, repository.path(file)));
      }
      machine.forgetSent();
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertThat(machine.sent())
          .map(Sent::toString)
          .containsExactly("meta.conf 304", "data.pkg 304");
      machine.forgetSent();
      assertThat(machine.forcedUpdate()).isEqualTo(Update.UPDATED);
      assertThat(machine.sent()).map(Sent::toString).isEqualTo(updated(version));

      machine.install("lib+x", "tool");
      assertThat(machine.cached("lib+x")).isEqualTo(repository.bytes("lib+x"));
      machine.cut("lib+x", 150_000);
      machine.forgetSent();
      machine.installWithoutUpdate("lib+x");
      assertThat(machine.sent().getFirst().range()).isEqualTo("bytes=150000-");
      assertThat(machine.sent()).extracting(Sent::status).containsExactly(206);
      assertThat(machine.cached("lib+x")).isEqualTo(repository.bytes("lib+x"));

      nginx.awaitLog("/" + repository.packagePath("tool"), 1);
      Map<String, Integer> before = FreeBsdLarder.asked(nginx);
      assertThat(FreeBsdLarder.sent(nginx))
          .as("each was sent once")
          .allSatisfy((path, times) -> assertThat(times).as(path).isEqualTo(1));
      try (PkgReplay next = client(version, larder, "127.0.0.2")) {
        next.install("lib+x", "tool");
        assertThat(next.cached("tool")).isEqualTo(repository.bytes("tool"));
      }
      assertThat(FreeBsdLarder.asked(nginx)).isEqualTo(before);
    }
  }

  private static List<String> updated(Version version) {
    return switch (version) {
      case V2_6 -> List.of("meta.conf 200", "data.pkg 200");
      case V2_8 -> List.of("meta.conf 200", "data.pkg 200", "files.pkg 404", "files.tzst 404");
    };
  }

  @Test
  void aListOfFilesIsMirroredWhereThereIsOne() throws Exception {
    FreeBsdRepository repository = repository(FreeBsdShape.official(key).withFileList());
    Map<String, ServedFile> published = repository.publishKeeping(upstream);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines(), nginx.url());
        PkgReplay machine = client(Version.V2_8, larder)) {
      assertThat(machine.update()).isEqualTo(Update.UPDATED);
      assertThat(machine.sent()).map(Sent::toString).endsWith("files.pkg 200");
      String path = repository.path("files.pkg");
      assertThat(Download.get(larder.uri(path)).body())
          .isEqualTo(FreeBsdLarder.bytes(published, path));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfRepositoryIsReadAndServed(FreeBsdShape.Packing packing) throws Exception {
    FreeBsdRepository unsigned =
        new FreeBsdRepository("FreeBSD:14:amd64/unsigned", FreeBsdShape.plain().packing(packing));
    FreeBsdRepository hashed =
        new FreeBsdRepository(
            "FreeBSD:14:amd64/hashed",
            FreeBsdShape.official(key).packing(packing).sums(FreeBsdShape.Sum.BLAKE2B));
    FreeBsdRepository pubkey =
        new FreeBsdRepository(
            "FreeBSD:14:amd64/pubkey",
            FreeBsdShape.plain().packing(packing).signing(new FreeBsdShape.Signing.PublicKey(key)));
    Map<FreeBsdRepository, PkgTrust> all =
        Map.of(
            unsigned, new PkgTrust.None(),
            hashed, PkgTrust.of(key),
            pubkey, new PkgTrust.PubKey(key));
    all.keySet()
        .forEach(repository -> {
          repository.add(LIB, TOOL);
          repository.publish(upstream);
        });
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(List.of(), nginx.url())) {
      for (Map.Entry<FreeBsdRepository, PkgTrust> one : all.entrySet()) {
        URI url = URI.create(larder.url() + "/" + one.getKey().directory());
        try (PkgReplay machine = PkgReplay.of(Version.V2_8, url, one.getValue())) {
          machine.install("tool", "lib+x");
          assertThat(machine.cached("lib+x")).isEqualTo(one.getKey().bytes("lib+x"));
        }
      }
    }
  }

  // ---- roots ----------------------------------------------------------------------------------

  @Test
  void everyAbiAndBranchStandsForItselfAtTheTopAndBelowTheName() throws Exception {
    List<String> directories =
        List.of(
            LATEST,
            "FreeBSD:14:amd64/quarterly",
            "FreeBSD:14:amd64/kmods_latest_3",
            "FreeBSD:15:aarch64/base_release_0");
    List<FreeBsdRepository> all = new ArrayList<>();
    for (String directory : directories) {
      FreeBsdRepository repository = new FreeBsdRepository(directory, FreeBsdShape.official(key));
      String abi = directory.substring(0, directory.indexOf('/'));
      repository.add(FreeBsdPackage.of("tool", "1." + all.size()).abi(abi));
      repository.publish(upstream);
      all.add(repository);
    }
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines(), nginx.url())) {
      for (FreeBsdRepository repository : all) {
        String directory = repository.directory();
        String abi = directory.substring(0, directory.indexOf('/'));
        for (String base : List.of(larder.top(), larder.url())) {
          PkgReplay plain =
              PkgReplay.of(Version.V2_8, URI.create(base + "/" + directory), PkgTrust.of(key));
          try (PkgReplay machine = plain.abi(abi)) {
            machine.install("tool");
            assertThat(machine.cached("tool")).isEqualTo(repository.bytes("tool"));
          }
        }
        assertThat(FreeBsdLarder.root(larder, directory).generation()).isEqualTo(1);
      }
      all.getFirst().add(FreeBsdPackage.of("tool", "2.0"));
      all.getFirst().publish(upstream);
      try (PkgReplay machine = client(Version.V2_8, larder)) {
        machine.update();
        assertThat(machine.version("tool")).isEqualTo("2.0");
      }
      assertThat(directories)
          .extracting(directory -> FreeBsdLarder.root(larder, directory).generation())
          .containsExactly(2L, 1L, 1L, 1L);
    }
  }

  // ---- publications in between ----------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void thePackagesOfTheOldCatalogueComeAfterAPublication(Version version) throws Exception {
    FreeBsdRepository repository =
        repository(FreeBsdShape.official(key).names(FreeBsdShape.Names.PLAIN));
    repository.publish(upstream);
    byte[] oldTool = repository.bytes("tool");
    byte[] oldLib = repository.bytes("lib+x");
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines(), nginx.url());
        PkgReplay late = client(version, larder, "127.0.0.2");
        PkgReplay prompt = client(version, larder, "127.0.0.3")) {
      late.install("tool", "lib+x");
      late.clean();
      // The same name with other bytes, and a name that is gone.
      repository.add(TOOL.seed(2), FreeBsdPackage.of("lib+x", "1.3"));
      repository.publish(upstream);
      prompt.install("tool", "lib+x");
      assertThat(prompt.cached("tool")).isEqualTo(repository.bytes("tool")).isNotEqualTo(oldTool);

      late.installWithoutUpdate("tool", "lib+x");
      assertThat(late.cached("tool")).isEqualTo(oldTool);
      assertThat(late.cached("lib+x")).isEqualTo(oldLib);
      late.clean();
      assertThat(late.update()).isEqualTo(Update.UPDATED);
      late.installWithoutUpdate("tool");
      assertThat(late.cached("tool")).isEqualTo(repository.bytes("tool"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMirrorThatDiesInTheMiddleOfAFileIsReplacedWithoutTheClient(Version version)
      throws Exception {
    FreeBsdRepository repository = repository(FreeBsdShape.official(key));
    Map<String, ServedFile> files = repository.next();
    try (FaultyUpstream first = FaultyUpstream.start();
        FaultyUpstream second = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.pkg(lines(), first.url(), second.url());
        PkgReplay machine = client(version, larder)) {
      first.publish(files);
      second.publish(files);
      machine.update();
      String path = repository.packagePath("lib+x");
      first.fault(path, new Fault.DieAt(150_000, false));
      machine.installWithoutUpdate("lib+x");
      assertThat(machine.cached("lib+x")).isEqualTo(repository.bytes("lib+x"));
      assertThat(second.requests(path).getFirst().header("range")).isEqualTo("bytes=150000-");
      assertThat(first.requests())
          .allMatch(request -> "identity".equals(request.header("accept-encoding")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMirrorThatLagsBehindIsNotMixedWithOneThatDoesNot(Version version) throws Exception {
    FreeBsdRepository repository = repository(FreeBsdShape.official(key));
    Map<String, ServedFile> old = repository.next();
    repository.add(FreeBsdPackage.of("tool", "2.0").payload(50_000));
    Map<String, ServedFile> fresh = repository.next();
    try (FaultyUpstream ahead = FaultyUpstream.start();
        FaultyUpstream behind = FaultyUpstream.start();
        TestLarder larder = FreeBsdLarder.pkg(lines(), ahead.url(), behind.url());
        PkgReplay machine = client(version, larder)) {
      ahead.publish(fresh);
      behind.publish(old);
      machine.update();
      ahead.faultAll(new Fault.NoAnswer(false));
      // What is behind is older than ours: the catalogue stays, and so does its date.
      assertThat(machine.update()).isEqualTo(Update.UP_TO_DATE);
      assertThat(machine.version("tool")).isEqualTo("2.0");
      ahead.heal();
      await().untilAsserted(() -> machine.installWithoutUpdate("tool"));
      assertThat(machine.cached("tool")).isEqualTo(repository.bytes("tool"));
    }
  }

  // ---- the package to begin with --------------------------------------------------------------

  @Test
  void theFirstPackageAndItsSignatureAreAPairWhateverIsPublishedInBetween() throws Exception {
    FreeBsdRepository repository = repository(FreeBsdShape.official(key).withBootstrap());
    repository.add(FreeBsdPackage.of("pkg", "2.8.0").payload(80_000));
    repository.publish(upstream);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines(), nginx.url())) {
      for (int round = 1; round <= 4; round++) {
        byte[] first = body(larder, repository.path("Latest/pkg.pkg"));
        assertThat(first).as("round " + round).isEqualTo(repository.bytes("pkg"));
        byte[] expected =
            Files.readAllBytes(upstream.resolve(repository.path("Latest/pkg.pkg.sig")));
        if (round % 2 == 0) {
          repository.add(FreeBsdPackage.of("pkg", "2.8." + round).payload(80_000 + round));
          repository.publish(upstream);
        }
        assertThat(body(larder, repository.path("Latest/pkg.pkg.sig")))
            .as("the signature of what was given, round " + round)
            .isEqualTo(expected);
        if (round % 2 == 1) {
          repository.add(FreeBsdPackage.of("pkg", "2.7." + round).payload(70_000 + round));
          repository.publish(upstream);
        }
      }
    }
  }

  private static byte[] body(TestLarder larder, String path) throws IOException {
    Answer answer = Download.get(larder.uri(path));
    assertThat(answer.status()).as(path + " " + answer.header("cache-status")).isEqualTo(200);
    assertThat(answer.end()).isEqualTo(Download.End.COMPLETE);
    return answer.body();
  }

  // ---- the real one ---------------------------------------------------------------------------

  /// Where there is a `pkg` of FreeBSD's it does the same; where not, the replay is the test.
  @Test
  void theRealPkgDoesTheSameIfItIsThere(@TempDir Path work) throws Exception {
    RealPkg pkg = RealPkg.find(work);
    if (pkg == null) {
      System.out.println("pkg: there is none on the PATH, so only its requests were replayed");
      return;
    }
    FreeBsdRepository repository = repository(FreeBsdShape.official(key));
    repository.publish(upstream);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = FreeBsdLarder.pkg(lines(), nginx.url())) {
      pkg.repository(larder.url() + "/" + LATEST, key);
      pkg.run("update").runOk();
      pkg.run("update", "-f").runOk();
      assertThat(pkg.run("search", "-q", "tool").runOk()).contains("tool-1.0");
      pkg.run("install", "-y", "tool").runOk();
      assertThat(pkg.run("info", "-q").runOk()).contains("tool-1.0").contains("lib+x-1.2_3,1");
      Path fetched = work.resolve("fetched");
      pkg.run("fetch", "-y", "-o", fetched.toString(), "-d", "tool").runOk();
      try (var files = Files.walk(fetched)) {
        assertThat(files.filter(Files::isRegularFile))
            .anySatisfy(file -> assertThat(file).hasBinaryContent(repository.bytes("lib+x")));
      }
      repository.add(FreeBsdPackage.of("tool", "1.1").payload(41_000).depends("lib+x"));
      repository.publish(upstream);
      pkg.run("upgrade", "-y").runOk();
      assertThat(pkg.run("info", "-q").runOk()).contains("tool-1.1");
    }
  }
}
