package dev.larder.api;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.MirrorReport;
import dev.larder.repo.Explanation;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.store.RelPath;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.FilePage;
import dev.larder.wire.Json;
import dev.larder.wire.KeptList;
import dev.larder.wire.MirrorList;
import dev.larder.wire.RefreshRequest;
import dev.larder.wire.RemovalResult;
import dev.larder.wire.Status;
import dev.larder.wire.VersionInfo;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The routes of the REST API: each reads its parameters, calls [Operations] and writes a record of
/// `wire`. The contract is docs/reference/api.md.
final class Routes {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;
  private static final int MAX_LOCATION = 4096;

  private final Operations operations;
  private final Repositories repositories;
  private final Jobs jobs;

  Routes(Operations operations, Repositories repositories, Jobs jobs) {
    this.operations = operations;
    this.repositories = repositories;
    this.jobs = jobs;
  }

  void register(Routing routing) {
    routing.get("/api/v1/version", this::version, Requirement.known());
    routing.get("/api/v1/status", this::status, Requirement.read());
    routing.get("/api/v1/mirrors", this::mirrors, Requirement.read());
    routing.get("/api/v1/mirrors/{name}", this::mirror, Requirement.read());
    routing.get("/api/v1/mirrors/{name}/files", this::files, Requirement.read());
    routing.get("/api/v1/mirrors/{name}/kept", this::kept, Requirement.read());
    routing.get("/api/v1/explain", this::explain, Requirement.read());
    routing.post(
        "/api/v1/mirrors/{name}/refresh", "mirror.refresh", this::refresh, Requirement.admin());
    routing.delete(
        "/api/v1/mirrors/{name}/files", "cache.remove", this::remove, Requirement.admin());
    routing.put("/api/v1/mirrors/{name}/kept", "mirror.keep", this::keep, Requirement.admin());
    routing.delete(
        "/api/v1/mirrors/{name}/kept", "mirror.unkeep", this::letGo, Requirement.admin());
  }

  private void version(Context context) {
    ServerReport server = operations.server();
    json(context, new VersionInfo(server.version(), server.java()));
  }

  private void status(Context context) {
    Grant grant = Gate.principal(context).grant();
    json(
        context,
        new Status(
            Wired.of(operations.server(), content -> mayRead(grant, content)),
            operations.mirrors().stream().map(Wired::of).toList(),
            RepositoryRoutes.readable(repositories, context)));
  }

  /// Whether whoever asks may know of a mirror or repository.
  ///
  /// @param content its name on the package listener
  private boolean mayRead(Grant grant, String content) {
    Repository repository = repository(content);
    return repository == null || grant.allows(Verb.READ, repository.settings().name());
  }

  /// The repository of that name on the package listener; null for a mirror's name.
  private @Nullable Repository repository(String content) {
    return repositories.all().stream()
        .filter(each -> each.name().equals(content))
        .findFirst()
        .orElse(null);
  }

  private void mirrors(Context context) {
    json(context, new MirrorList(operations.mirrors().stream().map(Wired::of).toList()));
  }

  private void mirror(Context context) {
    json(context, Wired.of(known(context)));
  }

  private void refresh(Context context) throws IOException {
    String mirror = known(context).name();
    byte[] body = context.bodyAsBytes();
    boolean accept = body.length > 0 && Boolean.TRUE.equals(refreshRequest(body).accept());
    jobs.answer(context, () -> Wired.of(mirror, operations.refresh(mirror, accept)));
  }

  private void files(Context context) throws IOException {
    String mirror = known(context).name();
    String pattern = context.queryParam("glob");
    Glob glob = pattern == null || pattern.isEmpty() ? Glob.ALL : glob(pattern);
    int limit = limit(context.queryParam("limit"));
    RelPath after = cursor(context.queryParam("cursor"));
    // One more than wanted tells whether there is a next page.
    List<HeldFile> found = operations.held(mirror, glob, after, limit + 1);
    List<HeldFile> page = found.subList(0, Math.min(limit, found.size()));
    String next = found.size() > limit ? page.getLast().path() : null;
    json(context, new FilePage(page.stream().map(file -> Wired.of(mirror, file)).toList(), next));
  }

  private void remove(Context context) throws IOException {
    String mirror = known(context).name();
    String pattern = context.queryParam("glob");
    if (pattern == null) {
      throw bad("glob is missing", "say which files with ?glob=PATTERN; ** means all of them");
    }
    Glob glob = glob(pattern);
    jobs.answer(
        context,
        () -> {
          Operations.Removal removal = operations.remove(mirror, glob);
          return new RemovalResult(
              mirror, glob.pattern(), removal.files(), removal.bytes(), removal.kept());
        });
  }

  private void kept(Context context) throws IOException {
    String mirror = known(context).name();
    json(
        context,
        new KeptList(
            operations.kept(mirror).stream().map(kept -> Wired.of(mirror, kept)).toList()));
  }

  private void keep(Context context) throws IOException {
    String mirror = known(context).name();
    json(context, Wired.of(mirror, operations.keep(mirror, directory(context))));
  }

  private void letGo(Context context) throws IOException {
    String mirror = known(context).name();
    RelPath directory = directory(context);
    KeptDirectory was = operations.letGo(mirror, directory);
    if (was == null) {
      throw new RequestFailed(
          ErrorCode.NOT_KEPT,
          "%s of mirror %s is not kept".formatted(directory, mirror),
          "larder mirror keep %s shows what is; a directory below one is kept by that"
              .formatted(mirror));
    }
    json(context, Wired.of(mirror, was));
  }

  private static RelPath directory(Context context) {
    String text = context.queryParam("path");
    String bare = text == null ? "" : text.replaceAll("^/|/$", "");
    RelPath path = RelPath.orNull(bare);
    if (path == null || path.isRoot()) {
      throw bad(
          text == null ? "path is missing" : "path is not a directory below the mirror: " + text,
          "say which directory with ?path=releases/amd64/amd64/14.1-RELEASE");
    }
    return path;
  }

  private void explain(Context context) throws IOException {
    String location = context.queryParam("url");
    if (location == null || location.isBlank()) {
      throw bad("url is missing", "say what to explain with ?url=URL or ?url=/MIRROR/PATH");
    }
    if (location.length() > MAX_LOCATION) {
      throw bad("url is longer than %d characters".formatted(MAX_LOCATION), null);
    }
    Operations.Place place = operations.resolve(location);
    if (place == null) {
      throw new RequestFailed(
          ErrorCode.NOT_COVERED,
          "no mirror or repository has a file at " + location,
          "use a URL as a client asks it, /MIRROR/PATH or /repo/NAME/PATH");
    }
    Repository repository = repository(place.content());
    if (repository != null) {
      Gate.require(context, Verb.READ, repository.settings().name());
    }
    Explanation explanation = operations.explain(place);
    json(
        context,
        repository == null
            ? Wired.of(place.content(), null, explanation)
            : Wired.of(null, repository.settings().name(), explanation));
  }

  private MirrorReport known(Context context) {
    String name = context.pathParam("name");
    MirrorReport mirror = operations.mirror(name);
    if (mirror == null) {
      throw new RequestFailed(
          ErrorCode.UNKNOWN_MIRROR,
          "there is no mirror named " + name,
          "larder mirror list shows the mirrors");
    }
    return mirror;
  }

  private static RefreshRequest refreshRequest(byte[] body) {
    try {
      return Json.request(body, RefreshRequest.class);
    } catch (IllegalArgumentException e) {
      throw bad("the body is not a refresh request: " + e.getMessage(), "send {\"accept\": true}");
    }
  }

  private static Glob glob(String pattern) {
    try {
      return new Glob(pattern);
    } catch (IllegalArgumentException e) {
      throw bad("glob: " + e.getMessage(), null);
    }
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException _) {
      // The answer below says what a limit is.
    }
    throw bad("limit is not a number from 1 to %d: %s".formatted(MAX_LIMIT, text), null);
  }

  private static @Nullable RelPath cursor(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    RelPath path = RelPath.orNull(text);
    if (path == null) {
      throw bad("cursor is not one that a page gave", "start again without a cursor");
    }
    return path;
  }

  private static RequestFailed bad(String detail, @Nullable String advice) {
    return new RequestFailed(ErrorCode.BAD_REQUEST, detail, advice);
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
