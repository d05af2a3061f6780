package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Larder as the real Prometheus sees it, with the files of packaging.
class MetricsIT {
  private static final PackageSpec HELLO = PackageSpec.of("hello", "1.0-1");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path PACKAGING = Path.of("packaging/prometheus");
  private static final Path RULES = PACKAGING.resolve("larder.rules.yml");

  @TempDir Path directory;
  @TempDir Path served;
  private ArchRepository upstream;
  private NginxServer nginx;
  private TestLarder larder;

  @BeforeAll
  static void tools() {
    Tools.require(
        "prometheus", "promtool", "nginx", "curl", "pacman", "repo-add", "bsdtar", "zstd");
  }

  @BeforeEach
  void open() throws IOException {
    upstream = ArchRepository.unsigned("core");
    upstream.add(HELLO);
    upstream.publish(served);
    nginx = NginxServer.serve(served);
    List<String> tables =
        new ArrayList<>(TestLarder.mirrorTable("arch", "pacman", List.of(), nginx.url()));
    tables.addAll(
        List.of(
            "[repo.internal]",
            "format = \"pacman\"",
            "[repo.other]",
            "format = \"pacman\"",
            "listen = [\"127.0.0.2:0\"]"));
    larder = TestLarder.tables(Temporary.directory("larder"), "arch", tables);
  }

  @AfterEach
  void close() {
    larder.close();
    nginx.close();
    upstream.close();
  }

  private String console() {
    return "127.0.0.1:" + larder.larder().consoleAddresses().getFirst().getPort();
  }

  private String metrics() {
    return metrics(larder.token());
  }

  private String metrics(String token) {
    Curl.Answer answer =
        Curl.get("http://" + console() + "/metrics", "--header", "Authorization: Bearer " + token);
    assertThat(answer.status()).isEqualTo(200);
    return answer.text();
  }

  private static double value(String metrics, String series) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private void fetch(String path, int status) {
    assertThat(Curl.get(larder.url() + "/" + path).status()).isEqualTo(status);
  }

  @Test
  void promtoolFindsNothingWrong() {
    fetch(upstream.databasePath(), 200);
    Command.of("promtool", "check", "metrics").input(metrics()).runOk();
    Command.of("promtool", "check", "rules", RULES.toString()).runOk();
  }

  @Test
  void everyAlertFiresWhenItShouldAndOnlyThen() throws IOException {
    Files.copy(RULES, directory.resolve("larder.rules.yml"));
    Path tests = directory.resolve("alerts.test.yml");
    Files.copy(Path.of("src/test/resources/dev/larder/alerts/alerts.test.yml"), tests);
    assertThat(Files.readString(tests))
        .contains(
            Files.readAllLines(RULES).stream()
                .filter(line -> line.strip().startsWith("- alert: "))
                .map(line -> "{alertname=\"" + line.strip().substring(9) + "\"}")
                .toList());
    Command.of("promtool", "test", "rules", tests.toString()).runOk();
  }

  @Test
  void anUpstreamThatFailsIsDownUntilItAnswersAgain() {
    String up = "larder_mirror_upstream_up{mirror=\"arch\",upstream=\"%s\"}".formatted(nginx.url());
    fetch(upstream.databasePath(), 200);
    assertThat(value(metrics(), up)).isEqualTo(1);
    nginx.close();
    fetch("core/os/x86_64/other.db", 502);
    assertThat(value(metrics(), up)).isZero();
    String of = "{mirror=\"arch\",upstream=\"%s\"}".formatted(nginx.url());
    assertThat(value(metrics(), "larder_mirror_upstream_failures_total" + of)).isPositive();
    assertThat(value(metrics(), "larder_mirror_upstream_response_seconds_count" + of)).isPositive();
    fetch(upstream.path(HELLO), 502);
    await().atMost(Duration.ofSeconds(20)).until(() -> value(metrics(), ended("failed")) > 0);
    // It may be asked again by now, but nobody knows that it would answer.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> larder.mirror().report().upstreams().getFirst().retryAt() == null);
    assertThat(value(metrics(), up)).isZero();
  }

  private static String ended(String result) {
    return "larder_mirror_fills_ended_total{mirror=\"arch\",result=\"%s\"}".formatted(result);
  }

  @Test
  void aTokenSeesTheRepositoriesItMayRead() {
    String made =
        Curl.get(
                "http://" + console() + "/api/v1/tokens",
                "--header",
                "Authorization: Bearer " + larder.token(),
                "--json",
                "{\"name\": \"few\", \"scopes\": [\"read:other\"]}")
            .text();
    String few = metrics(JSON.readTree(made).path("secret").asString());
    assertThat(metrics()).contains("{repository=\"internal\"}", "{repository=\"other\"}");
    assertThat(few).contains("{repository=\"other\"}").doesNotContain("internal");
  }

  @Test
  void whatHappensIsCounted() {
    fetch(upstream.databasePath(), 200);
    String before = metrics();
    fetch(upstream.path(HELLO), 200);
    fetch(upstream.path(HELLO), 200);
    fetch("core/os/x86_64/none-1-1-any.pkg.tar.zst", 404);
    // The bytes are counted when they have been written, which is a moment after they are read.
    String hit = "larder_mirror_requests_total{mirror=\"arch\",result=\"hit\"}";
    String miss = "larder_mirror_requests_total{mirror=\"arch\",result=\"miss\"}";
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          String after = metrics();
          assertThat(value(after, hit) - value(before, hit)).isEqualTo(1);
          assertThat(value(after, ended("done")) - value(before, ended("done"))).isEqualTo(1);
          assertThat(value(after, ended("absent")) - value(before, ended("absent"))).isEqualTo(1);
          assertThat(value(after, miss) - value(before, miss)).isGreaterThanOrEqualTo(1);
          for (var code : Map.of(200, 2, 404, 1).entrySet()) {
            String responses =
                "larder_packages_responses_total{code=\"%d\",listener=\"127.0.0.1:0\"}"
                    .formatted(code.getKey());
            assertThat(value(after, responses) - value(before, responses))
                .isEqualTo(code.getValue().doubleValue());
          }
        });
    assertThat(metrics())
        .containsPattern("larder_mirror_packages\\{mirror=\"arch\",root=\"[^\"]*\"} 1\\.0\n");
    assertThat(value(metrics(), "larder_repository_generation_number{repository=\"internal\"}"))
        .isEqualTo(1);
  }

  @Test
  void eachListenerCountsWhatIsAskedThere() {
    String own =
        "http://127.0.0.2:" + larder.larder().ownAddresses("repo/other").getFirst().getPort();
    fetch(upstream.databasePath(), 200);
    assertThat(Curl.get(larder.top() + "/repo/other/").status()).isEqualTo(200);
    int bytes = 0;
    for (String path : List.of("/", "/", "/", "/none")) {
      Curl.Answer answer = Curl.get(own + path);
      assertThat(answer.status()).isEqualTo(path.equals("/") ? 200 : 404);
      bytes += answer.body().copy().length;
    }
    int sent = bytes;
    // Bytes are counted when they have been written, a connection's end when it is seen.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(metrics().lines())
                .contains(
                    packages("responses_total{code=\"200\",listener=\"127.0.0.1:0\"}", 2),
                    packages("responses_total{code=\"200\",listener=\"127.0.0.2:0\"}", 3),
                    packages("responses_total{code=\"404\",listener=\"127.0.0.2:0\"}", 1),
                    packages("accepted_connections_total{listener=\"127.0.0.1:0\"}", 2),
                    packages("accepted_connections_total{listener=\"127.0.0.2:0\"}", 4),
                    packages("connections{listener=\"127.0.0.1:0\"}", 0),
                    packages("connections{listener=\"127.0.0.2:0\"}", 0),
                    packages("sent_bytes_total{listener=\"127.0.0.2:0\"}", sent)));
    String all = metrics();
    assertThat(all).doesNotContain("{code=\"404\",listener=\"127.0.0.1:0\"}");
    Command.of("promtool", "check", "metrics").input(all).runOk();
  }

  private static String packages(String series, double value) {
    return "larder_packages_" + series + " " + value;
  }

  @Test
  void prometheusScrapesAndItsAlertsHaveWhatTheyAskFor() throws Exception {
    fetch(upstream.databasePath(), 200);
    Files.writeString(directory.resolve("larder.token"), larder.token());
    Files.copy(RULES, directory.resolve("larder.rules.yml"));
    Files.writeString(
        directory.resolve("prometheus.yml"),
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            + Files.readString(PACKAGING.resolve("prometheus.yml"))
                .replace("127.0.0.1:8090", console()));
    String at;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      at = "127.0.0.1:" + free.getLocalPort();
    }
    Process prometheus =
        Command.of(
                "prometheus",
                "--config.file=" + directory.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                "--web.listen-address=" + at,
                // It asks for protobuf first then, which we have not.
                "--enable-feature=native-histograms")
            .start(directory.resolve("output"));
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() ->
              assertThat(query(at, "sum(larder_mirror_upstream_up{mirror=\"arch\"})"))
                  .isEqualTo("1"));
      assertThat(query(at, "up{job=\"larder\"}")).isEqualTo("1");
      assertThat(query(at, "larder_mirror_index_refused")).isEqualTo("0");
      assertThat(query(at, "count(sum by (listener) (larder_packages_connections))"))
          .isEqualTo("2");
      assertThat(query(at, "time() - larder_mirror_generation_checked_time_seconds < bool 600"))
          .isEqualTo("1");
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            String rules = Curl.get("http://" + at + "/api/v1/rules").text();
            assertThat(rules)
                .contains("LarderIndexRefused")
                .doesNotContain("\"health\":\"unknown\"");
            assertThat(rules).doesNotContain("\"health\":\"err\"", "\"state\":\"firing\"");
          });
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
  }

  /// The value of what has one; empty if it has none.
  private static String query(String prometheus, String expression) {
    String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    Curl.Answer answer = Curl.get("http://" + prometheus + "/api/v1/query?query=" + query);
    JsonNode result = JSON.readTree(answer.text()).path("data").path("result");
    return result.size() == 1 ? result.path(0).path("value").path(1).asString() : "";
  }
}
