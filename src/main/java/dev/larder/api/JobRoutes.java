package dev.larder.api;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.JobInfo;
import dev.larder.wire.JobList;
import dev.larder.wire.Json;
import io.javalin.http.Context;
import java.util.List;

/// The routes of work that the server does or has done.
final class JobRoutes {
  private final Jobs jobs;

  JobRoutes(Jobs jobs) {
    this.jobs = jobs;
  }

  void register(Routing routing) {
    routing.get(Jobs.PATH, this::list, Requirement.read());
    routing.get(Jobs.PATH + "/{job}", this::show, Requirement.read());
  }

  private void list(Context context) {
    boolean running = "true".equals(context.queryParam("running"));
    json(
        context,
        new JobList(
            readable(context).stream()
                .filter(job -> !running || job.state() == JobInfo.State.RUNNING)
                .toList()));
  }

  private void show(Context context) {
    String id = context.pathParam("job");
    json(
        context,
        readable(context).stream()
            .filter(job -> job.id().equals(id))
            .findFirst()
            .orElseThrow(() ->
                new RequestFailed(
                    ErrorCode.NOT_THERE,
                    "there is no such job; the last ones are remembered until the server stops",
                    "larder job list shows them")));
  }

  /// Those of repositories that whoever asks may read.
  private List<JobInfo> readable(Context context) {
    Grant grant = Gate.principal(context).grant();
    return jobs.all().stream().filter(job -> grant.allows(Verb.READ, job.repository())).toList();
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
