package dev.larder.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.larder.access.Verb;
import dev.larder.format.PackageInfo;
import dev.larder.repo.Batch;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.store.Checksum;
import dev.larder.wire.BatchInfo;
import dev.larder.wire.CommitRequest;
import dev.larder.wire.ErrorCode;
import io.javalin.http.Context;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Uploads: one package at a time, or a batch of them that becomes one generation. Bodies of any
/// size are written as they come.
final class UploadRoutes implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(UploadRoutes.class);
  private static final String ONE = "/api/v1/repositories/{name}";
  private static final String BATCH = ONE + "/batches/{batch}";

  /// A batch nobody touches for so long is given up; its files are removed.
  private static final Duration IDLE = Duration.ofHours(1);

  /// Names of packages in a line of the audit log.
  private static final int MOST_TOLD = 50;

  private static final int MOST_BATCHES = 1000;

  /// What is left free for everything else.
  private static final long SPARE = 64L << 20;

  /// RFC 9530; of several digests the SHA-256 counts.
  private static final Pattern DIGEST = Pattern.compile("(?:^|,)\\s*sha-256=:([A-Za-z0-9+/=]+):");

  private final Repositories repositories;
  private final Jobs jobs;
  private final Cache<String, Open> open =
      Caffeine.newBuilder()
          .expireAfterAccess(IDLE)
          .scheduler(Scheduler.systemScheduler())
          .<String, Open>removalListener(this::removed)
          .build();

  /// @param repository the name of the batch's repository
  /// @param puts how many files are on their way
  private record Open(String repository, Batch batch, AtomicInteger puts) {}

  UploadRoutes(Repositories repositories, Jobs jobs) {
    this.repositories = repositories;
    this.jobs = jobs;
  }

  void register(Routing routing) {
    Requirement upload = Requirement.in("name", Verb.UPLOAD);
    routing.put(ONE + "/packages/{package}", "package.upload", this::single, upload);
    routing.post(ONE + "/batches", "batch.begin", this::begin, upload);
    routing.get(BATCH, this::show, upload);
    routing.put(BATCH + "/files/{file}", "batch.upload", this::put, upload);
    routing.post(BATCH + "/commit", "batch.commit", this::commit, upload);
    routing.delete(BATCH, "batch.discard", this::discard, upload);
  }

  private void single(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    boolean downgrade = "true".equals(context.queryParam("downgrade"));
    OnConflict onConflict = onConflict(context.queryParam("on-conflict"));
    try (Batch batch = repository.batch()) {
      var _ = take(context, batch, "package");
      RepositoryRoutes.changed(context, repository, batch.commit(downgrade, onConflict));
    }
  }

  /// @param parameter of the path, which names the file
  private PackageInfo take(Context context, Batch batch, String parameter) throws IOException {
    checkRoom(context.contentLength());
    PackageInfo taken;
    try (InputStream body = new UploadBody(context.bodyInputStream())) {
      taken = batch.put(context.pathParam(parameter), body, promised(context));
    }
    Gate.tell(context, taken.name() + " " + taken.version());
    return taken;
  }

  private void checkRoom(long length) throws IOException {
    long free = repositories.free();
    if (free < Math.max(0, length) + SPARE) {
      throw new IOException(
          "the disk is full: %d bytes are free, %d are needed".formatted(free, length + SPARE));
    }
  }

  private void begin(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    if (open.estimatedSize() >= MOST_BATCHES) {
      throw new RequestFailed(
          ErrorCode.CONFLICT,
          "too many batches are open",
          "commit or discard some; those that are not used end after an hour");
    }
    Batch batch = repository.batch();
    open.put(batch.id(), new Open(repository.settings().name(), batch, new AtomicInteger()));
    context.status(201);
    RepositoryRoutes.json(context, info(repository.settings().name(), batch));
  }

  private void show(Context context) {
    Open found = found(context);
    RepositoryRoutes.json(context, info(found.repository(), found.batch()));
  }

  private void put(Context context) throws IOException {
    Open found = found(context);
    found.puts().incrementAndGet();
    Gate.prepares(context);
    PackageInfo taken;
    try {
      taken = take(context, found.batch(), "file");
    } finally {
      found.puts().decrementAndGet();
      // A large file may have taken longer than a batch lasts.
      var _ = open.getIfPresent(found.batch().id());
    }
    // Not the whole batch: to tell of 500 packages 500 times takes longer than to take them.
    RepositoryRoutes.json(context, upload(taken));
  }

  private void commit(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    Open found = found(context);
    byte[] body = context.bodyAsBytes();
    CommitRequest request =
        body.length == 0
            ? new CommitRequest(null, null)
            : RepositoryRoutes.body(context, CommitRequest.class);
    boolean downgrade = Boolean.TRUE.equals(request.downgrade());
    OnConflict onConflict = onConflict(request.onConflict());
    Batch batch = found.batch();
    Gate.tell(
        context,
        String.join(
            ", ",
            batch.packages().stream()
                .limit(MOST_TOLD)
                .map(info -> info.name() + " " + info.version())
                .toList()));
    jobs.answer(
        context,
        () -> {
          Repository.Done done = batch.commit(downgrade, onConflict);
          open.invalidate(batch.id());
          return WiredRepository.of(repository.settings().name(), done);
        });
  }

  private void discard(Context context) {
    open.invalidate(found(context).batch().id());
    context.status(204);
  }

  private Open found(Context context) {
    Repository repository = RepositoryRoutes.known(repositories, context);
    Open found = open.getIfPresent(context.pathParam("batch"));
    if (found == null || !found.repository().equals(repository.settings().name())) {
      throw new RequestFailed(
          ErrorCode.NOT_THERE,
          "there is no such batch; it was committed or given up, or the server was restarted",
          "begin another one and upload its files again");
    }
    return found;
  }

  private static BatchInfo info(String repository, Batch batch) {
    return new BatchInfo(
        repository, batch.id(), batch.packages().stream().map(UploadRoutes::upload).toList());
  }

  private static BatchInfo.Upload upload(PackageInfo info) {
    return new BatchInfo.Upload(info.name(), info.version(), info.architecture());
  }

  private static @Nullable OnConflict onConflict(@Nullable String text) {
    if (text == null) {
      return null;
    }
    for (OnConflict each : OnConflict.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    throw RepositoryRoutes.bad("on-conflict is neither refuse nor bump: " + text, null);
  }

  /// The checksum the sender promises with `Repr-Digest` or `Content-Digest`; null if it promises
  /// none.
  private static @Nullable Checksum promised(Context context) {
    for (String header : new String[] {"Repr-Digest", "Content-Digest"}) {
      String value = context.header(header);
      Matcher digest = value == null ? null : DIGEST.matcher(value);
      if (digest != null && digest.find()) {
        try {
          byte[] bytes = Base64.getDecoder().decode(digest.group(1));
          return new Checksum(Checksum.Algorithm.SHA256, HexFormat.of().formatHex(bytes));
        } catch (IllegalArgumentException e) {
          throw RepositoryRoutes.bad(header + " has no SHA-256 in it: " + value, "see RFC 9530");
        }
      }
    }
    return null;
  }

  private void removed(@Nullable String id, @Nullable Open batch, RemovalCause cause) {
    if (id == null || batch == null) {
      return;
    }
    if (cause == RemovalCause.EXPIRED && batch.puts().get() > 0) {
      open.put(id, batch);
      return;
    }
    LOG.debug("batch {} of {} ends: {}", id, batch.repository(), cause);
    try {
      batch.batch().close();
    } catch (IOException e) {
      LOG.warn("batch of {}: {}", batch.repository(), e.getMessage());
    }
  }

  @Override
  public void close() {
    open.invalidateAll();
    open.cleanUp();
  }
}
