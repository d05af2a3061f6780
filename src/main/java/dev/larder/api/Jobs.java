package dev.larder.api;

import dev.larder.access.AuditEvent;
import dev.larder.events.EventLog;
import dev.larder.wire.JobInfo;
import dev.larder.wire.Json;
import dev.larder.wire.Problem;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Work that may take long. Whoever asks for it waits for its end, or says `Prefer: respond-async`
/// (RFC 7240), gets 202 with the place where the outcome will be, and is free to go. Either way
/// others can see that it is being done. What is known of it is gone when the server stops, as the
/// work is.
final class Jobs {
  static final String PATH = "/api/v1/jobs";

  /// How many that have ended are remembered.
  private static final int MOST = 200;

  private static final Pattern ASYNC = Pattern.compile("(?i)(^|,)\\s*respond-async\\s*(,|;|$)");

  private final Gate gate;
  private final EventLog events;
  private final InstantSource clock;

  /// Newest first.
  private final Deque<Job> jobs = new ArrayDeque<>();

  Jobs(Gate gate, EventLog events, InstantSource clock) {
    this.gate = gate;
    this.events = events;
    this.clock = clock;
  }

  /// What is to be done. Must not use the request's context.
  interface Work {
    /// Does it.
    ///
    /// @return the record of `wire` that the request is answered with
    Object run() throws IOException;
  }

  private static final class Job {
    private JobInfo info;

    Job(JobInfo info) {
      this.info = info;
    }
  }

  /// Does `work` and answers the request with what comes of it, or with where that will be.
  void answer(Context context, Work work) throws IOException {
    AuditEvent asked = gate.event(context, AuditEvent.OK);
    Job job = begin(asked);
    String request = context.method() + " " + context.path();
    if (!isAsync(context)) {
      json(context, done(job, work, request));
      return;
    }
    Thread.ofVirtual().name("job").start(() -> runAlone(job, work, request, asked));
    context
        .status(202)
        .header("Location", PATH + "/" + job.info.id())
        .header("Preference-Applied", "respond-async");
    json(context, job.info);
  }

  private static boolean isAsync(Context context) {
    String prefer = context.header("Prefer");
    return prefer != null && ASYNC.matcher(prefer).find();
  }

  private void runAlone(Job job, Work work, String request, AuditEvent asked) {
    String result = AuditEvent.OK;
    try {
      done(job, work, request);
    } catch (IOException | RuntimeException e) {
      // The job tells of it.
      Problem problem = job.info.problem();
      result = problem == null ? String.valueOf(e.getMessage()) : problem.code();
    }
    gate.done(asked, result);
  }

  private Object done(Job job, Work work, String request) throws IOException {
    try {
      Object result = work.run();
      end(job, JobInfo.State.DONE, result, null);
      return result;
    } catch (IOException | RuntimeException e) {
      // Told before it is thrown: whoever waits is answered with the same.
      end(job, JobInfo.State.FAILED, null, Problems.of(e, request));
      throw e;
    } catch (Error e) {
      end(job, JobInfo.State.FAILED, null, Problems.of(new IllegalStateException(e), request));
      throw e;
    }
  }

  private Job begin(AuditEvent asked) {
    String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Job job =
        new Job(
            new JobInfo(
                id,
                asked.action(),
                asked.repository(),
                asked.principal(),
                JobInfo.State.RUNNING,
                clock.instant(),
                null,
                null,
                null));
    synchronized (jobs) {
      jobs.addFirst(job);
      forget();
    }
    tell("job.started", job.info);
    return job;
  }

  /// The oldest that have ended; those that run are not counted.
  private void forget() {
    int surplus = jobs.size() - MOST;
    var oldest = jobs.descendingIterator();
    while (surplus > 0 && oldest.hasNext()) {
      if (oldest.next().info.state() != JobInfo.State.RUNNING) {
        oldest.remove();
        surplus--;
      }
    }
  }

  private void end(
      Job job, JobInfo.State state, @Nullable Object result, @Nullable Problem problem) {
    JobInfo was = job.info;
    JobInfo info =
        new JobInfo(
            was.id(),
            was.action(),
            was.repository(),
            was.by(),
            state,
            was.startedAt(),
            clock.instant(),
            result,
            problem);
    synchronized (jobs) {
      job.info = info;
    }
    tell(state == JobInfo.State.DONE ? "job.done" : "job.failed", info);
  }

  private void tell(String type, JobInfo info) {
    Map<String, Object> data = new HashMap<>(Map.of("job", info.id(), "action", info.action()));
    if (info.problem() != null) {
      data.put("code", info.problem().code());
    }
    events.publish(type, info.repository(), data);
  }

  /// All that are known, newest first.
  List<JobInfo> all() {
    synchronized (jobs) {
      List<JobInfo> all = new ArrayList<>();
      jobs.forEach(job -> all.add(job.info));
      return all;
    }
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
