package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.TestTls;
import dev.larder.testing.Tools;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole Larder asked by curl: what a mirror says in its headers, and that it is true.
class MirrorByCurlIT {
  private static final PackageSpec TOOL = PackageSpec.of("tool++", "1:1-1").payload(300_000);
  private static final PackageSpec OTHER = PackageSpec.of("other", "1-1").payload(300_000);

  @TempDir Path upstream;
  @TempDir Path directory;

  private ArchRepository repository;
  private NginxServer nginx;
  private byte[] whole;
  private String path;

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "nginx", "curl");
  }

  @BeforeEach
  void publish() {
    repository = ArchRepository.unsigned("core");
    repository.add(TOOL, OTHER);
    repository.publish(upstream);
    nginx = NginxServer.serve(upstream);
    whole = repository.bytes(TOOL);
    path = repository.path(TOOL);
  }

  @AfterEach
  void end() {
    nginx.close();
    repository.close();
  }

  @Test
  void headOfAColdFileIsAnsweredFromTheIndexWithoutAskingUpstream() {
    try (TestLarder larder = TestLarder.with(List.of("refresh = \"1h\""), nginx.url())) {
      String url = larder.url() + "/" + path;
      assertThat(Curl.get(larder.url() + "/" + repository.databasePath()).status()).isEqualTo(200);
      // The token is looked at before and after the set was fetched.
      nginx.awaitLog("/lastupdate", 2);
      int asked = nginx.log().size();

      Curl.Answer cold = Curl.get(url, "-I");

      assertThat(cold.status()).isEqualTo(200);
      assertThat(cold.header("Content-Length")).isEqualTo(String.valueOf(whole.length));
      assertThat(cold.header("Repr-Digest")).isEqualTo(digest(whole));
      assertThat(cold.header("Cache-Status")).contains("larder; fwd=uri-miss");
      assertThat(nginx.log()).hasSize(asked);
      assertThat(larder.file(path)).doesNotExist();

      Curl.Answer miss = Curl.get(url);
      assertThat(miss.body()).isEqualTo(new Bytes(whole));
      assertThat(miss.header("Cache-Status"))
          .isEqualTo("larder; fwd=uri-miss; fwd-status=200; stored");
      for (String name : List.of("ETag", "Repr-Digest", "Content-Length", "Content-Type")) {
        assertThat(miss.header(name)).as(name).isNotNull().isEqualTo(cold.header(name));
      }

      Curl.Answer hit = Curl.get(url);
      Curl.Answer head = Curl.get(url, "-I");
      assertThat(hit.header("Cache-Status")).startsWith("larder; hit");
      assertThat(hit.header("Last-Modified")).isNotNull().isEqualTo(miss.header("Last-Modified"));
      assertThat(lasting(head.headers())).isEqualTo(lasting(hit.headers()));
      assertThat(nginx.awaitLog("/" + path, 1)).hasSize(1);
    }
  }

  @Test
  void rangesAreRightWhileAFileIsColdGrowingAndHeld() throws InterruptedException {
    try (FaultyUpstream slow = FaultyUpstream.start();
        TestLarder larder = TestLarder.of(slow.url())) {
      slow.publish(repository.next());
      String url = larder.url() + "/" + path;
      assertThat(Curl.get(larder.url() + "/" + repository.databasePath()).status()).isEqualTo(200);
      CountDownLatch release = new CountDownLatch(1);
      slow.fault(path, new Fault.HoldAt(150_000, release));

      // Cold, and then growing: upstream has not sent the rest yet.
      assertPart(Curl.get(url, "-r", "1000-1999"), 1000, 2000);
      assertThat(larder.mirror().report().fills()).hasSize(1);
      assertPart(Curl.get(url, "-r", "0-0"), 0, 1);
      assertPart(Curl.get(url, "-r", "100000-139999"), 100_000, 140_000);
      assertThat(slow.count(path)).isEqualTo(1);
      release.countDown();
      assertPart(Curl.get(url, "-r", "-5000"), whole.length - 5000, whole.length);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> Files.exists(larder.file(path)));
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> larder.mirror().report().fills().isEmpty());

      assertPart(Curl.get(url, "-r", "200000-"), 200_000, whole.length);
      assertPart(Curl.get(url, "-r", "200000-99999999"), 200_000, whole.length);
      // Several ranges may be answered by the whole.
      assertThat(Curl.get(url, "-r", "0-1,5-9").body()).isEqualTo(new Bytes(whole));
      Curl.Answer beyond = Curl.get(url, "-r", whole.length + "-");
      assertThat(beyond.status()).isEqualTo(416);
      assertThat(beyond.header("Content-Range")).isEqualTo("bytes */" + whole.length);
      assertThat(slow.count(path)).isEqualTo(1);
    }
  }

  @Test
  void aBrokenDownloadIsResumed() throws IOException {
    try (TestLarder larder = TestLarder.of(nginx.url())) {
      Path file = Files.write(directory.resolve("part"), Arrays.copyOf(whole, 100_001));
      for (String state : List.of("cold", "held")) {
        Files.write(file, Arrays.copyOf(whole, 100_001));
        Command.Result result =
            Command.of("curl", "-sS", "-C", "-", "-o", file.toString(), "-w", "%{http_code}")
                .with("--globoff", larder.url() + "/" + path)
                .run();
        assertThat(result.output()).as(state).isEqualTo("206");
        assertThat(file).hasBinaryContent(whole);
      }
      assertThat(nginx.awaitLog("/" + path, 1)).hasSize(1);
    }
  }

  @Test
  void conditionsAreEvaluated() throws IOException {
    try (TestLarder larder = TestLarder.of(nginx.url())) {
      String url = larder.url() + "/" + path;
      Curl.Answer first = Curl.get(url);
      assertThat(first.status()).isEqualTo(200);
      String etag = String.valueOf(first.header("ETag"));
      assertThat(etag).startsWith("\"");
      FileTime time = Files.getLastModifiedTime(upstream.resolve(path));
      Path same = Files.write(directory.resolve("same"), whole);
      Files.setLastModifiedTime(same, time);
      Path later = Files.write(directory.resolve("later"), whole);
      Files.setLastModifiedTime(later, FileTime.from(Instant.now()));

      Curl.Answer unchanged = Curl.get(url, "-H", "If-None-Match: " + etag);
      assertThat(unchanged.status()).isEqualTo(304);
      assertThat(unchanged.header("ETag")).isEqualTo(etag);
      assertThat(unchanged.body().size()).isZero();
      assertThat(Curl.get(url, "-H", "If-None-Match: \"other\"").status()).isEqualTo(200);
      assertThat(Curl.get(url, "-z", same.toString()).status()).isEqualTo(304);
      // curl leaves the body out of a response that is older than its file, so look at the status.
      assertThat(Curl.get(url, "-z", later.toString()).status()).isEqualTo(200);
      assertThat(Curl.get(url, "-H", "If-Match: \"other\"").status()).isEqualTo(412);
      assertThat(Curl.get(url, "-H", "If-Match: " + etag).status()).isEqualTo(200);
      String[] range = {"-r", "0-9", "-H", "If-Range: " + etag};
      assertThat(Curl.get(url, range).status()).isEqualTo(206);
      range[3] = "If-Range: \"other\"";
      assertThat(Curl.get(url, range).body()).isEqualTo(new Bytes(whole));
    }
  }

  @Test
  void aConnectionIsKeptAfter304And404And416() {
    try (TestLarder larder = TestLarder.of(nginx.url())) {
      String url = larder.url() + "/" + path;
      String etag = String.valueOf(Curl.get(url).header("ETag"));
      String none = directory.resolve("#1").toString().replace("#1", "none");
      Command curl = Command.of("curl", "-sS", "--globoff");
      String[] each = {"-o", none, "-w", "%{http_code} %{num_connects}\\n"};
      curl.with(each).with("-H", "If-None-Match: " + etag, url, "--next", "-sS").with(each);
      curl.with(larder.url() + "/core/os/x86_64/none-1-1-any.pkg.tar.zst", "--next", "-sS");
      curl.with(each).with("-r", "99999999-", url, "--next", "-sS").with(each).with("-I", url);
      curl.with("--next", "-sS").with(each).with("-r", "5-9", url);
      curl.with("--next", "-sS", "--globoff").with(each).with(url);

      assertThat(curl.runOk().lines())
          .containsExactly("304 1", "404 0", "416 0", "200 0", "206 0", "200 0");
    }
  }

  @Test
  void indexesSayHowOldTheyAre() {
    try (TestLarder larder = TestLarder.with(List.of("refresh = \"1h\""), nginx.url())) {
      String url = larder.url() + "/" + repository.databasePath();
      assertThat(Curl.get(url).header("Cache-Status")).contains("fwd=");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            Curl.Answer hit = Curl.get(url);
            assertThat(hit.header("Cache-Status")).startsWith("larder; hit");
            assertThat(Integer.parseInt(String.valueOf(hit.header("Age")))).isBetween(1, 60);
          });
    }
    try (TestLarder larder = TestLarder.of(nginx.url())) {
      String url = larder.url() + "/" + repository.databasePath();
      byte[] database = Curl.get(url).body().copy();
      nginx.kill();
      Curl.Answer stale = Curl.get(url);
      assertThat(stale.status()).isEqualTo(200);
      assertThat(stale.body()).isEqualTo(new Bytes(database));
      assertThat(stale.header("Cache-Status")).contains("upstream-down");
      assertThat(stale.header("Age")).isNotNull();
      assertThat(stale.header("Repr-Digest")).isEqualTo(digest(database));
    }
  }

  @Test
  void pagesListWhatIsServedAndKnown() {
    try (TestLarder larder = TestLarder.of(nginx.url())) {
      String base = larder.url().replaceFirst("/arch$", "");
      assertThat(Curl.get(larder.url() + "/" + repository.databasePath()).status()).isEqualTo(200);
      assertThat(Curl.get(larder.url() + "/" + path).status()).isEqualTo(200);

      Curl.Answer front = Curl.get(base + "/");
      assertThat(front.header("Content-Type")).startsWith("text/html");
      assertThat(front.text()).contains("Server = " + base + "/arch/$repo/os/$arch");

      Curl.Answer moved = Curl.get(larder.url() + "/core/os/x86_64");
      assertThat(moved.status()).isEqualTo(301);
      assertThat(moved.header("Location")).isEqualTo("/arch/core/os/x86_64/");
      String listing = Curl.get(larder.url() + "/core/os/x86_64/").text();
      assertThat(listing).contains("core.db", "tool++-1:1-1-any.pkg.tar.zst");
      // Known from the index, not held.
      assertThat(listing).contains("other-1-1-any.pkg.tar.zst");
      assertThat(Curl.get(larder.url() + "/core/os/x86_64/?json").text())
          .contains("{\"name\":\"other-1-1-any.pkg.tar.zst\",\"type\":\"file\"")
          .containsPattern("other-1-1[^}]*\"held\":false")
          .containsPattern("tool[^}]*\"held\":true");
      assertThat(nginx.log("/" + repository.path(OTHER))).isEmpty();
    }
  }

  @Test
  void aDirectoryAskedForByItsBareNameNeverStandsInTheWayOfItsFiles() {
    // An upstream that answers with a page, by a redirect as nginx does or at once.
    try (FaultyUpstream soft = FaultyUpstream.start()) {
      soft.publish(repository.next());
      soft.fault("core", new Fault.Html());
      soft.fault("core/os", new Fault.Redirect("/core/os/"));
      soft.fault("core/os/", new Fault.Html());
      soft.fault(path + "/more", new Fault.Html());
      soft.fault("core/os/x86_64", new Fault.Html());
      try (TestLarder larder = TestLarder.of(soft.url())) {
        Curl.get(larder.url() + "/core");
        assertThat(Curl.get(larder.url() + "/core/os").status()).isEqualTo(404);
        assertThat(larder.file("core/os")).doesNotExist();

        assertThat(Curl.get(larder.url() + "/" + repository.databasePath()).status())
            .isEqualTo(200);
        assertThat(Curl.get(larder.url() + "/" + path).body()).isEqualTo(new Bytes(whole));
        assertThat(larder.file(path)).hasBinaryContent(whole);

        Curl.Answer moved = Curl.get(larder.url() + "/core/os/x86_64");
        assertThat(moved.status()).isEqualTo(301);
        assertThat(Curl.get(larder.url() + "/" + path + "/more").status()).isEqualTo(404);
        assertThat(Curl.get(larder.url() + "/" + path).header("Cache-Status"))
            .startsWith("larder; hit");
        assertThat(soft.count("core/os/x86_64")).isZero();
      }
    }
  }

  @Test
  void nothingOutsideTheMirrorCanBeAskedFor() throws IOException {
    Files.writeString(directory.resolve("secret"), "secret");
    try (TestLarder larder = TestLarder.in(directory, List.of(), nginx.url())) {
      String base = larder.url().replaceFirst("/arch$", "");
      assertThat(Curl.get(larder.url() + "/" + path).status()).isEqualTo(200);
      int asked = nginx.log().size();
      for (String target :
          List.of(
              "/arch/../../../secret",
              "/arch/../../../../../../../../etc/passwd",
              "/arch/%2e%2e/%2e%2e/%2e%2e/secret",
              "/arch/..%2f..%2f..%2fsecret",
              "/arch/core/../../../../cli.token",
              "/arch//etc/passwd",
              "/arch/.../",
              "/../cli.token",
              "/arch/core%00.db")) {
        Curl.Answer answer = Curl.get(base + target, "--path-as-is");
        assertThat(answer.status()).as(target).isIn(400, 404);
        assertThat(answer.text()).doesNotContain("root:", "secret\n");
      }
      for (String foreign :
          List.of(
              "http://192.0.2.1/" + path, nginx.url().replace("127.0.0.1", "127.0.0.2") + "/")) {
        Curl.Answer answer = Curl.get(foreign, "-x", base);
        assertThat(answer.status()).as(foreign).isEqualTo(421);
      }
      assertThat(Curl.get("https://192.0.2.1/", "-x", base).exit()).isNotZero();
      assertThat(nginx.log().subList(asked, nginx.log().size()))
          .noneMatch(line -> line.uri().contains("secret") || line.uri().contains("passwd"));
      Curl.Answer post = Curl.get(larder.url() + "/" + path, "-X", "POST", "-d", "x");
      assertThat(post.status()).isEqualTo(405);
      assertThat(post.header("Allow")).isEqualTo("GET, HEAD");
    }
  }

  @Test
  void aMirrorIsServedOverTls() throws IOException, InterruptedException, GeneralSecurityException {
    TestTls tls = TestTls.create(directory);
    Path cert = directory.resolve("tls.crt");
    Path key = directory.resolve("tls.key");
    try (InputStream in = new FileInputStream(tls.keyStore().toFile())) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, tls.password().toCharArray());
      pem(cert, "CERTIFICATE", store.getCertificate("key").getEncoded());
      pem(key, "PRIVATE KEY", store.getKey("key", tls.password().toCharArray()).getEncoded());
    }
    List<String> lines =
        List.of("[packages.tls]", "cert = \"" + cert + "\"", "key = \"" + key + "\"");
    try (TestLarder larder = TestLarder.with(lines, nginx.url())) {
      String url = larder.url().replace("http://", "https://") + "/" + path;
      for (String round : List.of("cold", "held")) {
        Curl.Answer answer = Curl.get(url, "--cacert", cert.toString());
        assertThat(answer.exit()).as(round).isZero();
        assertThat(answer.body()).as(round).isEqualTo(new Bytes(whole));
      }
      assertPart(Curl.get(url, "--cacert", cert.toString(), "-r", "5-70000"), 5, 70_001);
      // 60: the certificate is not one this client trusts.
      assertThat(Curl.get(url).exit()).isEqualTo(60);
      assertThat(larder.larder().packageAddresses()).hasSize(1);
    }
  }

  private void assertPart(Curl.Answer answer, int from, int end) {
    assertThat(answer.exit()).isZero();
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes %d-%d/%d".formatted(from, end - 1, whole.length));
    assertThat(answer.body()).isEqualTo(new Bytes(Arrays.copyOfRange(whole, from, end)));
    assertThat(answer.header("Repr-Digest")).isEqualTo(digest(whole));
  }

  /// Headers without those that change by themselves.
  private static Map<String, String> lasting(Map<String, String> headers) {
    Map<String, String> lasting = new TreeMap<>(headers);
    lasting.remove("date");
    return lasting;
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "sha-256=:" + Base64.getEncoder().encodeToString(sha256) + ":";
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static void pem(Path file, String what, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(what, text));
  }
}
