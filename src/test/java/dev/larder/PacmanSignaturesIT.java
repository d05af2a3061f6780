package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real pacman checking signatures, against a whole Larder in front of a real nginx.
class PacmanSignaturesIT {
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final String LAB_KEY = "arch/lab.asc";

  private static SigningKey key;

  @TempDir Path upstream;
  @TempDir Path empty;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "nginx", "gpg", "curl");
    key = SigningKey.create("Larder Test <test@example.org>");
  }

  @AfterAll
  static void end() {
    if (key != null) {
      key.close();
    }
  }

  @Test
  void aSignedDatabaseAndItsSignatureAreFetchedFromOneGeneration() {
    PackageSpec tool = PackageSpec.of("tool", "1:1-1").payload(100_000);
    try (ArchRepository repository = ArchRepository.signed("core", key);
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(tool);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          NginxServer front = inFrontOf(larder);
          PacmanClient client = new PacmanClient()) {
        client.signatures("Required DatabaseRequired").trust(key);
        client.repository("core", front.url() + "/arch/$repo/os/$arch");

        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("1:1-1");

        assertThat(asked(front, 5))
            .containsExactly(
                "/arch/core/os/x86_64/core.db 302",
                "/arch/@1/core/os/x86_64/core.db 200",
                "/arch/@1/core/os/x86_64/core.db.sig 200",
                "/arch/core/os/x86_64/tool-1:1-1-any.pkg.tar.zst 200",
                "/arch/core/os/x86_64/tool-1:1-1-any.pkg.tar.zst.sig 200");
        assertThat(client.database("core.db")).hasSameBinaryContentAs(upstream.resolve(DATABASE));
        assertThat(client.database("core.db.sig"))
            .hasSameBinaryContentAs(upstream.resolve(DATABASE + ".sig"));

        assertThat(client.sync().exit()).isZero();
        assertThat(asked(front, 8))
            .endsWith(
                "/arch/core/os/x86_64/core.db 302",
                "/arch/@1/core/os/x86_64/core.db 304",
                "/arch/@1/core/os/x86_64/core.db.sig 304");

        repository.add(PackageSpec.of("tool", "1:2-1"));
        repository.publish(upstream);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.upgrade().exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("1:2-1");
        assertThat(asked(front, 11))
            .contains(
                "/arch/@2/core/os/x86_64/core.db 200", "/arch/@2/core/os/x86_64/core.db.sig 200");
        // Whoever was sent into the first generation still finds the pair there.
        Curl.Answer old = Curl.get(larder.url() + "/@1/" + DATABASE);
        Curl.Answer oldSignature = Curl.get(larder.url() + "/@1/" + DATABASE + ".sig");
        assertThat(old.status()).isEqualTo(200);
        assertThat(verifies(old, oldSignature)).isTrue();
      }
    }
  }

  @Test
  void theSignedDatabaseIsFoundThroughTheProxyAndAtTheMirrorsOwnAddress() {
    try (ArchRepository repository = ArchRepository.signed("core", key);
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1"));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.with(List.of("listen = [\"127.0.0.1:0\"]"), nginx.url());
          PacmanClient client = new PacmanClient()) {
        client.signatures("Required DatabaseRequired").trust(key);
        int own = larder.larder().ownAddresses("arch").getFirst().getPort();
        client.repository("core", "http://127.0.0.1:" + own + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();

        client.clearCache();
        client.env("http_proxy", larder.url().replaceFirst("/arch$", ""));
        client.repository("core", nginx.url() + "/$repo/os/$arch");
        assertThat(client.sync(true).exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();
        assertThat(nginx.awaitLog("/" + DATABASE, 1)).hasSize(1);
        assertThat(nginx.log()).noneMatch(line -> line.uri().startsWith("/@"));
      }
    }
  }

  @Test
  void anAbsentDatabaseSignatureIsSaidAtOnceAndAskedOfUpstreamOnce() {
    try (ArchRepository repository = ArchRepository.signedPackages("core", key);
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1"));
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          NginxServer front = inFrontOf(larder);
          PacmanClient client = new PacmanClient()) {
        client.signatures("Required DatabaseOptional").trust(key);
        client.repository("core", front.url() + "/arch/$repo/os/$arch");
        for (int i = 0; i < 3; i++) {
          long start = System.nanoTime();
          assertThat(client.sync(i == 2).exit()).isZero();
          // pacman waits ten seconds for a server that does not answer.
          assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        }
        assertThat(client.install("tool").exit()).isZero();
        assertThat(asked(front, 8))
            .filteredOn(line -> line.contains(".db"))
            .containsExactly(
                "/arch/" + DATABASE + " 200",
                "/arch/" + DATABASE + ".sig 404",
                "/arch/" + DATABASE + " 304",
                "/arch/" + DATABASE + ".sig 404",
                "/arch/" + DATABASE + " 200",
                "/arch/" + DATABASE + ".sig 404");
        assertThat(nginx.awaitLog("/" + DATABASE + ".sig", 1)).hasSize(1);
        assertThat(client.cached()).contains("tool-1-1-any.pkg.tar.zst.sig");
      }
    }
  }

  @Test
  void packageSignaturesAreServedWhetherTheDatabaseHoldsThemOrNot() {
    PackageSpec inside = PackageSpec.of("inside", "1-1").payload(80_000);
    PackageSpec beside = PackageSpec.of("beside", "1-1").payload(80_000);
    try (ArchRepository core = ArchRepository.signedPackages("core", key);
        ArchRepository extra = ArchRepository.unsigned("extra");
        NginxServer nginx = NginxServer.serve(upstream)) {
      core.add(inside);
      core.publish(upstream);
      extra.add(beside);
      extra.publish(upstream);
      // As repo-add since 6.1 leaves it: the signature is a file and not in the database.
      key.sign(upstream.resolve(extra.path(beside)));
      assertThat(core.database().get("inside-1-1")).contains("%PGPSIG%");
      assertThat(extra.database().get("beside-1-1")).doesNotContain("%PGPSIG%");
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient client = new PacmanClient()) {
        client.signatures("Required DatabaseOptional").trust(key);
        client.repository("core", larder.url() + "/$repo/os/$arch");
        client.repository("extra", larder.url() + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("inside", "beside").exit()).isZero();
        assertThat(client.installed("inside")).isEqualTo("1-1");
        assertThat(client.installed("beside")).isEqualTo("1-1");
        for (String path : List.of(core.path(inside), extra.path(beside))) {
          assertThat(client.cached(Path.of(path).getFileName() + ".sig"))
              .hasSameBinaryContentAs(upstream.resolve(path + ".sig"));
          Curl.get(larder.url() + "/" + path + ".sig");
          assertThat(nginx.log("/" + path + ".sig").size()).isLessThanOrEqualTo(1);
        }
      }
    }
  }

  @Test
  void theSampleRepositoryOfTheRealToolsIsInstalledWithAllChecks()
      throws IOException, URISyntaxException {
    Path sample = Path.of(PacmanSignaturesIT.class.getResource("/arch/lab").toURI());
    Path directory = Files.createDirectories(upstream.resolve("lab/os/x86_64"));
    try (Stream<Path> files = Files.list(sample)) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    Path labKey = Path.of(PacmanSignaturesIT.class.getResource("/" + LAB_KEY).toURI());
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = TestLarder.with(List.of("keyring = \"" + labKey + "\""), nginx.url());
        PacmanClient client = new PacmanClient()) {
      client.signatures("Required DatabaseRequired").trust(labKey);
      client.repository("lab", larder.url() + "/$repo/os/$arch");
      assertThat(client.sync().exit()).isZero();
      assertThat(client.files().exit()).isZero();
      // The one wants a glibc, which this machine has not, and they are in conflict: fetch both,
      // with
      // all checks, and install one.
      assertThat(client.run("-Swdd", "hello-split", "hello-split-docs"))
          .satisfies(r -> assertThat(r.exit()).as(r.output()).isZero());
      assertThat(client.run("-Sdd", "hello-split").exit()).isZero();
      assertThat(client.installed("hello-split")).isEqualTo("1:1.2.3-2");
      for (String name : client.cached()) {
        assertThat(client.cached(name)).hasSameBinaryContentAs(sample.resolve(name));
      }
      assertThat(client.cached())
          .contains(
              "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst",
              "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst.sig",
              "hello-split-docs-1:1.2.3-2-any.pkg.tar.zst");
      assertThat(client.database("lab.files.sig"))
          .hasSameBinaryContentAs(sample.resolve("lab.files.sig"));
    }
  }

  private NginxServer inFrontOf(TestLarder larder) {
    String base = larder.url().replaceFirst("/arch$", "");
    return NginxServer.serve(
        empty,
        "location / { proxy_pass %s; proxy_http_version 1.1; proxy_set_header Connection \"\";"
                .formatted(base)
            + " proxy_set_header Host $http_host; proxy_buffering off; }");
  }

  private static List<String> asked(NginxServer front, int number) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> front.log().size() >= number);
    return front.log().stream().map(line -> line.uri() + " " + line.status()).toList();
  }

  private static boolean verifies(Curl.Answer file, Curl.Answer signature) {
    Path directory = Temporary.directory("lv");
    try {
      Path signed = Files.write(directory.resolve("file"), file.body().copy());
      Path detached = Files.write(directory.resolve("file.sig"), signature.body().copy());
      return Command.of("gpg", "--batch", "--homedir", key.home().toString())
          .with("--verify", detached.toString(), signed.toString())
          .run()
          .ok();
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      Temporary.delete(directory);
    }
  }
}
