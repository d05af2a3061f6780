package dev.larder.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.larder.access.Verb;
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

  private static final int MOST_BATCHES = 1000;

  /// RFC 9530; of several digests the SHA-256 counts.
  private static final Pattern DIGEST = Pattern.compile("(?:^|,)\\s*sha-256=:([A-Za-z0-9+/=]+):");

  private final Repositories repositories;
  private final Cache<String, Open> open =
      Caffeine.newBuilder()
          .expireAfterAccess(IDLE)
          .maximumSize(MOST_BATCHES)
          .<String, Open>removalListener((_, batch, cause) -> end(batch, cause))
          .build();

  /// @param repository the name of the batch's repository
  private record Open(String repository, Batch batch) {}

  UploadRoutes(Repositories repositories) {
    this.repositories = repositories;
  }

  void register(Routing routing) {
    Requirement upload = Requirement.in("name", Verb.UPLOAD);
    routing.put(ONE + "/packages/{file}", "package.upload", this::single, upload);
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
      take(context, batch);
      RepositoryRoutes.changed(context, repository, batch.commit(downgrade, onConflict));
    }
  }

  private static void take(Context context, Batch batch) throws IOException {
    try (InputStream body = context.bodyInputStream()) {
      batch.put(context.pathParam("file"), body, promised(context));
    }
  }

  private void begin(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    Batch batch = repository.batch();
    open.put(batch.id(), new Open(repository.settings().name(), batch));
    context.status(201);
    RepositoryRoutes.json(context, info(repository.settings().name(), batch));
  }

  private void show(Context context) {
    Open found = found(context);
    RepositoryRoutes.json(context, info(found.repository(), found.batch()));
  }

  private void put(Context context) throws IOException {
    Open found = found(context);
    take(context, found.batch());
    RepositoryRoutes.json(context, info(found.repository(), found.batch()));
  }

  private void commit(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    Open found = found(context);
    byte[] body = context.bodyAsBytes();
    CommitRequest request =
        body.length == 0
            ? new CommitRequest(null, null)
            : RepositoryRoutes.body(context, CommitRequest.class);
    Repository.Done done =
        found
            .batch()
            .commit(Boolean.TRUE.equals(request.downgrade()), onConflict(request.onConflict()));
    open.invalidate(found.batch().id());
    RepositoryRoutes.changed(context, repository, done);
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
        repository,
        batch.id(),
        batch.packages().stream()
            .map(info -> new BatchInfo.Upload(info.name(), info.version(), info.architecture()))
            .toList());
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

  private static void end(@Nullable Open batch, RemovalCause cause) {
    if (batch != null) {
      LOG.debug("batch {} of {} ends: {}", batch.batch().id(), batch.repository(), cause);
      try {
        batch.batch().close();
      } catch (IOException e) {
        LOG.warn("batch of {}: {}", batch.repository(), e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    open.invalidateAll();
    open.cleanUp();
  }
}
