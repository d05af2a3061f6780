package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.store.Layout;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What watches over the server asks.
class HealthRoutesTest {
  @TempDir private Path directory;
  private final SampleOperations operations = new SampleOperations();
  private final HttpClient http = HttpClient.newHttpClient();
  private Access access;
  private ConsoleListener console;

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    console = SampleConsole.open(new ConsoleSettings(List.of(any)), operations, access);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    int port = console.addresses().getFirst().getPort();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private String bearer() throws IOException {
    return "Bearer " + Files.readString(new Layout(directory).cliToken()).strip();
  }

  @Test
  void readinessNeedsNoTokenAndSaysWhatHinders() throws Exception {
    assertThat(get("/-/ready").statusCode()).isEqualTo(200);
    assertThat(get("/-/ready").body()).isEqualTo("ready\n");
    operations.hindrance = "the package listener has stopped listening";
    assertThat(get("/-/ready").statusCode()).isEqualTo(503);
    Problem problem = Json.response(get("/-/ready").body().getBytes(UTF_8), Problem.class);
    assertThat(problem.code()).isEqualTo("not-ready");
    assertThat(problem.detail()).isEqualTo("the package listener has stopped listening");
    assertThat(get("/-/healthy").body()).isEqualTo("ok\n");
  }

  @Test
  void metricsNeedAToken() throws Exception {
    assertThat(get("/metrics").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", "Authorization", bearer()).statusCode()).isEqualTo(200);
  }

  @Test
  void theyNeedNoneWhereEverybodyMayRead() throws Exception {
    Path other = Files.createDirectory(directory.resolve("open"));
    AccessSettings open = new AccessSettings(true, null, List.of());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Access all = Access.open(new Layout(other), open, InstantSource.system());
        ConsoleListener forAll =
            SampleConsole.open(new ConsoleSettings(List.of(any)), operations, all)) {
      int port = forAll.addresses().getFirst().getPort();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port))).build();
      assertThat(http.send(request, BodyHandlers.ofString()).body()).contains("larder_build_info{");
    }
  }

  @Test
  void textForWhoeverWantsWhatWeHaveNot() throws Exception {
    // As a Prometheus with native histograms asks, a browser, and nobody.
    for (String accept :
        List.of(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
            "text/html,*/*;q=0.8",
            ";;q=x")) {
      HttpResponse<String> response = get("/metrics", "Authorization", bearer(), "Accept", accept);
      assertThat(response.statusCode()).as(accept).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .as(accept)
          .startsWith("text/plain; version=0.0.4");
    }
  }

  @Test
  void theyAreWhatTheReportsSay() throws Exception {
    HttpResponse<String> response = get("/metrics", "Authorization", bearer());
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    List<String> lines = response.body().lines().toList();
    assertThat(lines)
        .contains(
            "larder_build_info{java=\"25.0.3\",version=\"1.2.3\"} 1",
            "larder_data_free_bytes 4.4238217216E10",
            "larder_packages_connections{listener=\"0.0.0.0:8080\"} 7.0",
            "larder_packages_connections{listener=\"127.0.0.1:8081\"} 0.0",
            "larder_packages_accepted_connections_total{listener=\"0.0.0.0:8080\"} 52.0",
            "larder_packages_accepted_connections_total{listener=\"127.0.0.1:8081\"} 1.0",
            "larder_packages_responses_total{code=\"200\",listener=\"0.0.0.0:8080\"} 120.0",
            "larder_packages_responses_total{code=\"304\",listener=\"0.0.0.0:8080\"} 80.0",
            "larder_packages_responses_total{code=\"404\",listener=\"0.0.0.0:8080\"} 3.0",
            "larder_packages_sent_bytes_total{listener=\"0.0.0.0:8080\"} 9000000.0",
            "larder_packages_sent_bytes_total{listener=\"127.0.0.1:8081\"} 0.0",
            "larder_requests_refused_total{reason=\"network\"} 5.0",
            "# TYPE larder_mirror_requests_total counter");
    SampleOperations sample = new SampleOperations();
    for (var mirror : sample.mirrors()) {
      String name = mirror.name();
      assertThat(lines)
          .contains(
              "larder_mirror_requests_total{mirror=\"%s\",result=\"hit\"} %s"
                  .formatted(name, (double) mirror.hits()),
              "larder_mirror_requests_total{mirror=\"%s\",result=\"miss\"} %s"
                  .formatted(name, (double) mirror.misses()),
              "larder_mirror_fills{mirror=\"%s\"} %s"
                  .formatted(name, (double) mirror.fills().size()));
      for (var upstream : mirror.upstreams()) {
        assertThat(lines)
            .contains(
                "larder_mirror_upstream_up{mirror=\"%s\",upstream=\"%s\"} %s"
                    .formatted(name, upstream.url(), upstream.lastError() == null ? "1.0" : "0.0"));
      }
      for (var root : mirror.roots()) {
        String labels = "{mirror=\"%s\",root=\"%s\"} ".formatted(name, root.id());
        assertThat(lines)
            .contains(
                "larder_mirror_generation_number" + labels + (double) root.generation(),
                "larder_mirror_index_refused" + labels + (root.refusal() == null ? "0.0" : "1.0"),
                "larder_mirror_refresh_failed"
                    + labels
                    + (root.lastError() == null ? "0.0" : "1.0"));
      }
    }
    // Of all that is not about a repository, of which there is none here, something is told.
    assertThat(Arrays.stream(Metric.values()).filter(each -> !each.labels().contains("repository")))
        .allSatisfy(
            metric -> assertThat(lines).anyMatch(line -> line.startsWith(metric.exposed())));
  }

  @Test
  void howLongUpstreamsTakeIsAHistogram() throws Exception {
    String heads = "larder_mirror_upstream_response_seconds";
    String one = "{mirror=\"arch\",upstream=\"https://one.example\"";
    assertThat(get("/metrics", "Authorization", bearer()).body().lines())
        .contains(
            "# TYPE " + heads + " histogram",
            heads + "_bucket" + one + ",le=\"0.005\"} 40",
            heads + "_bucket" + one + ",le=\"0.05\"} 49",
            heads + "_bucket" + one + ",le=\"+Inf\"} 50",
            heads + "_count" + one + "} 50",
            heads + "_sum" + one + "} 0.75",
            "larder_mirror_upstream_failures_total" + one + "} 2.0",
            "larder_mirror_fills_ended_total{mirror=\"arch\",result=\"absent\"} 12.0",
            "larder_mirror_passed_through_total{mirror=\"arch\"} 1.0");
  }

  @Test
  void openMetricsForWhoeverPrefersThem() throws Exception {
    HttpResponse<String> response =
        get(
            "/metrics",
            "Authorization",
            bearer(),
            "Accept",
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(response.body())
        .contains("# TYPE larder_mirror_requests counter\n", "larder_mirror_requests_total{")
        .endsWith("# EOF\n");
  }
}
