package dev.larder.api;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.mirror.MirrorReport;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.wire.ErrorCode;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What watches over the server asks: whether the process lives, whether it can serve, and how it
/// does, in the formats of Prometheus.
final class HealthRoutes {
  /// Says `ok` while the process lives, without a token.
  static final String HEALTHY = "/-/healthy";

  /// Says `ready` while packages can be served, without a token. Not whether upstreams can be
  /// reached: what is held is served without them.
  static final String READY = "/-/ready";

  static final String METRICS = "/metrics";

  private final Operations operations;
  private final Repositories repositories;

  HealthRoutes(Operations operations, Repositories repositories) {
    this.operations = operations;
    this.repositories = repositories;
  }

  void register(Routing routing) {
    routing.open(HandlerType.GET, HEALTHY, context -> context.result("ok\n"));
    routing.open(HandlerType.GET, READY, this::ready);
    routing.get(METRICS, this::metrics, Requirement.read());
  }

  private void ready(Context context) {
    String hindrance = operations.hindrance();
    if (hindrance != null) {
      throw new RequestFailed(ErrorCode.NOT_READY, hindrance, "the server's log has more");
    }
    context.result("ready\n");
  }

  private void metrics(Context context) throws IOException {
    Measurements now = new Measurements().of(operations.server()).of(operations.logs()).ofProcess();
    for (MirrorReport mirror : operations.mirrors()) {
      now.of(mirror);
    }
    now.of(operations.cache());
    Grant grant = Gate.principal(context).grant();
    for (Repository repository : repositories.all()) {
      if (grant.allows(Verb.READ, repository.settings().name())) {
        now.of(repository.report());
      }
    }
    ExpositionFormatWriter writer = writer(context.header("Accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, now.snapshots());
    context.contentType(writer.getContentType()).result(body.toByteArray());
  }

  /// Of the formats for machines there is none here: who asks for protobuf first, as a Prometheus
  /// with native histograms does, reads text as well.
  private static ExpositionFormatWriter writer(@Nullable String accept) {
    ExpositionFormats formats = ExpositionFormats.init();
    ExpositionFormatWriter open = formats.getOpenMetricsTextFormatWriter();
    return open.accepts(accept) ? open : formats.getPrometheusTextFormatWriter();
  }
}
