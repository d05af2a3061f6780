package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import dev.larder.wire.ExplainResult;
import dev.larder.wire.Json;
import dev.larder.wire.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of the listeners that repositories and mirrors have for themselves: by `status`,
/// `snippet` and `explain`.
class OwnListenersIT {
  private static final String TOOL = "x86_64/tool-1-1-any.pkg.tar.zst";

  @TempDir private Path directory;
  private ArchRepository maker;
  private HostedLarder larder;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "gpg", "curl", "openssl");
  }

  /// `internal` has a listener; `other` has none, and a path on the shared one that `internal` has
  /// on its own.
  @BeforeEach
  void open() {
    maker = ArchRepository.unsigned("maker");
    larder =
        HostedLarder.pacman(
            "listen = [\"127.0.0.1:0\"]",
            "[repo.other]",
            "format = \"pacman\"",
            "path = \"/x86_64\"");
    larder.add(maker.add(PackageSpec.of("tool", "1-1").payload(5000)));
  }

  @AfterEach
  void close() {
    larder.close();
    maker.close();
  }

  private int port() {
    return larder.larder().larder().ownAddresses("repo/internal").getFirst().getPort();
  }

  private String own() {
    return "http://127.0.0.1:" + port();
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(larder.larder(), arguments);
  }

  private Status status(String... more) {
    String[] all = new String[more.length + 3];
    List.of("status", "-o", "json").toArray(all);
    System.arraycopy(more, 0, all, 3, more.length);
    return Json.response(run(all).out().getBytes(UTF_8), Status.class);
  }

  private ExplainResult explain(String url) {
    CommandRun run = run("explain", url, "-o", "json");
    assertThat(run.exit()).as(run.toString()).isZero();
    return Json.response(run.out().getBytes(UTF_8), ExplainResult.class);
  }

  @Test
  void statusShowsThem() {
    assertThat(status().server().own()).isEqualTo(Map.of("repo/internal", List.of(own())));
    assertThat(CommandRun.onScreen(larder.larder(), "status").out())
        .contains("\n  repo/internal  " + own() + "\n");
    larder.larder().replace("refresh = \"0s\"", "refresh = \"0s\"\nlisten = [\"127.0.0.1:0\"]");
    larder.larder().restartAfter(Duration.ZERO);
    assertThat(status().server().own().keySet()).containsExactly("arch", "repo/internal");
  }

  @Test
  void aTokenForAnotherRepositoryIsToldNothing() throws Exception {
    String token = run("token", "create", "ci", "--scope", "read:other", "-q").out();
    Path file = Files.writeString(directory.resolve("token"), token);
    String[] as = {"--token-file", file.toString()};
    assertThat(status(as).server().own()).isEmpty();
    assertThat(run("explain", "/x86_64/other.db", as[0], as[1]).exit()).isZero();
    CommandRun refused = run("explain", own() + "/x86_64/internal.db", as[0], as[1]);
    assertThat(refused.exit()).isEqualTo(4);
    assertThat(refused.err()).contains("read:internal");
  }

  @Test
  void theSnippetNamesTheRepositorysOwnAndThePageTheOneItWasAskedAt() throws Exception {
    String server = "Server = " + own() + "/$arch";
    assertThat(run("snippet", "internal", "-q").out()).contains(server + "\n");
    assertThat(run("snippet", "internal").out()).contains(" " + own() + "/key.asc ");
    assertThat(run("snippet", "other", "-q").out())
        .contains("Server = " + larder.larder().top() + "/repo/other/$arch\n");
    String page = Curl.get(larder.larder().top() + "/").text();
    assertThat(page)
        .contains("Server = " + larder.larder().top() + "/repo/internal/$arch")
        .contains("Server = " + larder.larder().top() + "/repo/other/$arch");
    Path key =
        Files.write(directory.resolve("key.asc"), Curl.get(own() + "/key.asc").body().copy());
    try (PacmanClient client =
        new PacmanClient()
            .repository("internal", server.replace("Server = ", ""))
            .signatures("Required DatabaseRequired")
            .trust(key)) {
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install("tool").exit()).isZero();
    }
  }

  @Test
  void theOperatorsUrlGoesBeforeThatAndTlsIsHeeded() throws Exception {
    Path key = directory.resolve("key.pem");
    Path certificate = directory.resolve("certificate.pem");
    Command.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        .with("-nodes", "-days", "2", "-subj", "/CN=larder.test", "-addext")
        .with("subjectAltName=IP:127.0.0.1", "-keyout", key.toString())
        .with("-out", certificate.toString())
        .runOk();
    String tls = "[packages.tls]\ncert = \"%s\"\nkey = \"%s\"\n".formatted(certificate, key);
    larder.larder().replace("[console]", tls + "[console]");
    larder.larder().restartAfter(Duration.ZERO);
    String secure = "https://127.0.0.1:" + port();
    assertThat(run("snippet", "internal", "-q").out()).contains("Server = " + secure + "/$arch\n");
    String[] trusting = {"--cacert", certificate.toString()};
    assertThat(Curl.get(secureTop(), trusting).text())
        .contains("Server = " + secureTop() + "repo/internal/$arch");
    assertThat(Curl.get(secure + "/" + TOOL, trusting).status()).isEqualTo(200);
    assertThat(explain(secure + "/" + TOOL).repository()).isEqualTo("internal");

    String known = "https://pkg.example/larder";
    larder.larder().replace("[packages]", "[packages]\npublic-url = \"" + known + "\"");
    larder.larder().restartAfter(Duration.ZERO);
    String told = "Server = " + known + "/repo/internal/$arch";
    assertThat(run("snippet", "internal", "-q").out()).contains(told + "\n");
    assertThat(Curl.get(secureTop(), trusting).text()).contains(told);
    assertThat(explain(known + "/repo/internal/" + TOOL).repository()).isEqualTo("internal");
  }

  private String secureTop() {
    return larder.larder().top().replace("http:", "https:") + "/";
  }

  @Test
  void aUrlOfThatPortIsTheRepositorys() {
    for (String host : List.of("127.0.0.1", "localhost", "larder.example")) {
      ExplainResult there = explain("http://" + host + ":" + port() + "/" + TOOL);
      assertThat(there.repository()).isEqualTo("internal");
      assertThat(there.mirror()).isNull();
      assertThat(there.path()).isEqualTo(TOOL);
      assertThat(there.answer()).isEqualTo("200 from what we hold");
    }
    // The same path is another repository's on the shared listener.
    ExplainResult shared = explain(larder.larder().top() + "/x86_64/other.db");
    assertThat(shared.repository()).isEqualTo("other");
    assertThat(shared.path()).isEqualTo("x86_64/other.db");
    assertThat(explain("/repo/internal/" + TOOL).repository()).isEqualTo("internal");
    assertThat(run("explain", own() + "/" + TOOL).out())
        .contains("repository\tinternal\n", "expected\t", ", by generation 2\n");
    assertThat(run("explain", "/repo/none/" + TOOL).exit()).isEqualTo(3);
  }

  @Test
  void itIsWhatAClientGets() throws Exception {
    for (String path :
        List.of(
            TOOL,
            TOOL + ".sig",
            "key.asc",
            "x86_64/internal.db",
            "@2/x86_64/internal.db",
            "@99/x86_64/internal.db",
            "x86_64",
            "x86_64/none-1-1-any.pkg.tar.zst")) {
      String status = Integer.toString(Curl.get(own() + "/" + path).status());
      assertThat(explain(own() + "/" + path).answer()).as(path).startsWith(status);
    }
    assertThat(explain(own() + "/x86_64/internal.db").answer())
        .isEqualTo("302 to @2/x86_64/internal.db, so that index and signature are a pair");
    Files.delete(larder.file(TOOL));
    assertThat(explain(own() + "/" + TOOL).answer()).startsWith("500: ");
  }
}
