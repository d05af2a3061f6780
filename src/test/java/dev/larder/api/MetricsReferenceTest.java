package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps the reference page, the alerts and the dashboard in step with the metrics. To write the
/// page anew: `mvn test -Dtest=MetricsReferenceTest -Dlarder.reference=write`.
class MetricsReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/metrics.md");
  private static final Pattern NAME = Pattern.compile("\\b(?:larder|process|jvm)_[a-z_]+\\b");

  private static final String HEAD =
      """
      # Metrics

      <!-- Generated from the metrics in the code; MetricsReferenceTest says how to write it anew. -->

      The console tells them at `/metrics`, in the text format of Prometheus or as OpenMetrics, to whoever
      has a token that may read (`larder token create monitoring --scope 'read:*'`); repositories that
      the token may not read are left out. With `[console] anonymous-reads = true` no token is needed.
      Where Prometheus asks by a host name, that name has to stand in `[console] hosts`.

      `packaging/prometheus/prometheus.yml` is a configuration to begin with, `larder.rules.yml` beside it
      has alerts, and `packaging/grafana/larder.json` is a dashboard to import.

      Without a token the console answers at `/-/healthy` with `ok` while the process lives, and at
      `/-/ready` with `ready` while clients can connect to every address of the package listener, else with
      503 and a sentence that says why not. Whether upstreams can be reached does not matter for it.

      `listener` is an address of the package listener, or one that a mirror or repository has for itself,
      as `larder config show` writes it: `0.0.0.0:8080` where the configuration says `":8080"`. There are as
      many as are configured; several with port 0 count together. One that a reload removes keeps its
      counters as long as Larder runs, and goes on from there if it comes back, so that neither it nor a sum
      over all of them ever shrinks.

      All counters begin at 0 when Larder starts. Times are seconds since 1970: how old an index is tells
      `time() - larder_mirror_generation_checked_time_seconds`.

      | metric | type | labels | meaning |
      |---|---|---|---|
      """;

  private static String page() {
    return Arrays.stream(Metric.values())
        .map(metric ->
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    metric.exposed(),
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    metric.labels().stream()
                        .map(label -> "`" + label + "`")
                        .collect(Collectors.joining(", ")),
                    metric.help()))
        .collect(Collectors.joining("", HEAD, ""));
  }

  @Test
  void thePageIsWhatTheMetricsSay() throws IOException {
    if ("write".equals(System.getProperty("larder.reference"))) {
      Files.writeString(PAGE, page());
    }
    assertThat(PAGE)
        .as("out of step; run: mvn test -Dtest=MetricsReferenceTest -Dlarder.reference=write")
        .hasContent(page());
  }

  @Test
  void namesFollowTheConventions() {
    assertThat(Metric.values())
        .allSatisfy(metric -> {
          assertThat(metric.exposed()).matches(NAME);
          assertThat(metric.exposed().endsWith("_total"))
              .isEqualTo(metric.kind() == Metric.Kind.COUNTER);
          assertThat(metric.exposed().endsWith("_info"))
              .isEqualTo(metric.kind() == Metric.Kind.INFO);
          assertThat(metric.help()).endsWith(".");
          assertThat(metric.exposed()).doesNotContain("_ms", "_millis", "_kib", "_mb");
        })
        .extracting(Metric::exposed)
        .doesNotHaveDuplicates();
  }

  @Test
  void alertsAndDashboardNameOnlyMetricsThatThereAre() throws IOException {
    Set<String> known = new TreeSet<>();
    for (Metric metric : Metric.values()) {
      known.add(metric.exposed());
      if (metric.kind() == Metric.Kind.HISTOGRAM) {
        known.add(metric.exposed() + "_bucket");
        known.add(metric.exposed() + "_sum");
        known.add(metric.exposed() + "_count");
      }
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(Path.of("packaging"))) {
      walk.filter(file -> file.toString().matches(".*\\.(yml|json)")).forEach(files::add);
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(3);
    Set<String> named = new TreeSet<>();
    for (Path file : files) {
      Matcher names = NAME.matcher(Files.readString(file));
      while (names.find()) {
        named.add(names.group());
      }
    }
    assertThat(named).hasSizeGreaterThan(12).isSubsetOf(known);
  }
}
