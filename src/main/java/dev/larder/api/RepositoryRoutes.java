package dev.larder.api;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.config.InvalidConfig;
import dev.larder.repo.HostedPackage;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.GenerationDiff;
import dev.larder.wire.GenerationList;
import dev.larder.wire.Json;
import dev.larder.wire.LintReport;
import dev.larder.wire.PackageFiles;
import dev.larder.wire.PackagePage;
import dev.larder.wire.PromoteRequest;
import dev.larder.wire.RepositoryInfo;
import dev.larder.wire.RepositoryList;
import dev.larder.wire.RepositoryRequest;
import dev.larder.wire.RollbackRequest;
import dev.larder.wire.SignRequest;
import dev.larder.wire.VerifyReport;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The routes of repositories of our own, but for uploads. The contract is docs/reference/api.md.
final class RepositoryRoutes {
  private static final String BASE = "/api/v1/repositories";
  private static final String ONE = BASE + "/{name}";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  private final Repositories repositories;

  RepositoryRoutes(Repositories repositories) {
    this.repositories = repositories;
  }

  void register(Routing routing) {
    Requirement read = Requirement.in("name", Verb.READ);
    Requirement promote = Requirement.in("name", Verb.PROMOTE);
    Requirement sign = Requirement.in("name", Verb.SIGN);
    Requirement remove = Requirement.in("name", Verb.REMOVE);
    routing.get(BASE, this::list, Requirement.read());
    routing.post(BASE, "repository.create", this::create, Requirement.admin());
    routing.get(ONE, this::show, read);
    routing.delete(ONE, "repository.delete", this::delete, Requirement.admin());
    routing.get(ONE + "/packages", this::packages, read);
    routing.delete(ONE + "/packages", "package.remove", this::remove, remove);
    routing.get(ONE + "/packages/{package}", this::one, read);
    routing.get(ONE + "/packages/{package}/files", this::files, read);
    routing.get(ONE + "/generations", this::generations, read);
    routing.get(ONE + "/diff", this::diff, read);
    routing.post(ONE + "/rollback", "repository.rollback", this::rollback, promote);
    routing.post(ONE + "/promote", "repository.promote", this::promote, promote);
    routing.post(ONE + "/sign", "repository.sign", this::sign, sign);
    routing.get(ONE + "/lint", this::lint, read);
    routing.post(ONE + "/verify", "repository.verify", this::verify, sign);
  }

  private void list(Context context) throws IOException {
    List<RepositoryInfo> all = new ArrayList<>();
    Grant grant = Gate.principal(context).grant();
    for (Repository repository : repositories.all()) {
      if (grant.allows(Verb.READ, repository.settings().name())) {
        all.add(wired(repository));
      }
    }
    json(context, new RepositoryList(all));
  }

  private RepositoryInfo wired(Repository repository) throws IOException {
    return WiredRepository.of(
        repository.report(), repositories.isConfigured(repository.settings().name()));
  }

  private void create(Context context) throws IOException {
    RepositoryRequest request = body(context, RepositoryRequest.class);
    if (request.name() == null || request.format() == null) {
      throw bad(
          "name or format is missing", "send {\"name\": \"internal\", \"format\": \"pacman\"}");
    }
    try {
      Repository made = repositories.create(request.name(), RepositoryToml.of(request));
      context.status(201);
      json(context, wired(made));
    } catch (InvalidConfig e) {
      throw bad(RepositoryToml.sentences(e), null);
    }
  }

  private void show(Context context) throws IOException {
    json(context, wired(known(context)));
  }

  private void delete(Context context) throws IOException {
    Repository repository = known(context);
    repositories.delete(
        repository.settings().name(), "true".equals(context.queryParam("packages")));
    context.status(204);
  }

  private void packages(Context context) throws IOException {
    Repository repository = known(context);
    int limit = limit(context.queryParam("limit"));
    String words = context.queryParam("q");
    String cursor = context.queryParam("cursor");
    // One more than wanted tells whether there is a next page.
    List<HostedPackage> found =
        repository.search(
            words == null ? "" : words,
            cursor == null || cursor.isEmpty() ? null : cursor,
            limit + 1);
    List<HostedPackage> page = found.subList(0, Math.min(limit, found.size()));
    String next = found.size() > limit ? page.getLast().key() : null;
    String name = repository.settings().name();
    json(
        context,
        new PackagePage(page.stream().map(each -> WiredRepository.of(name, each)).toList(), next));
  }

  private void one(Context context) throws IOException {
    Repository repository = known(context);
    String name = repository.settings().name();
    List<HostedPackage> found = found(context, repository);
    json(
        context,
        new PackagePage(found.stream().map(each -> WiredRepository.of(name, each)).toList(), null));
  }

  private static List<HostedPackage> found(Context context, Repository repository)
      throws IOException {
    String wanted = context.pathParam("package");
    List<HostedPackage> found = repository.find(wanted);
    if (found.isEmpty()) {
      throw new RequestFailed(
          ErrorCode.NOT_THERE,
          "there is no package %s in %s".formatted(wanted, repository.settings().name()),
          "larder repo search %s shows what is there".formatted(repository.settings().name()));
    }
    return found;
  }

  private void files(Context context) throws IOException {
    Repository repository = known(context);
    List<HostedPackage> found = found(context, repository);
    String wanted = context.queryParam("directory");
    HostedPackage one =
        found.stream()
            .filter(each -> wanted == null || each.directory().equals(wanted))
            .findFirst()
            .orElseThrow(() ->
                new RequestFailed(
                    ErrorCode.NOT_THERE,
                    "it is not in directory " + wanted,
                    "leave ?directory= away for the first that has it"));
    String name = one.info().name();
    json(
        context,
        new PackageFiles(
            repository.settings().name(),
            one.directory(),
            name,
            repository.files(one.directory(), name)));
  }

  private void remove(Context context) throws IOException {
    Repository repository = known(context);
    List<String> names = context.queryParams("name");
    if (names.isEmpty()) {
      throw bad("name is missing", "say which packages with ?name=PACKAGE&name=PACKAGE");
    }
    changed(
        context,
        repository,
        repository.remove(Set.copyOf(names), Set.copyOf(context.queryParams("directory"))));
  }

  private void generations(Context context) {
    Repository repository = known(context);
    json(
        context,
        new GenerationList(
            repository.settings().name(),
            repository.generations().stream().map(WiredRepository::of).toList()));
  }

  private void diff(Context context) throws IOException {
    Repository repository = known(context);
    long from = number(context, "from");
    long to = number(context, "to");
    json(
        context,
        new GenerationDiff(
            repository.settings().name(),
            from,
            to,
            repository.diff(from, to).stream().map(WiredRepository::of).toList()));
  }

  private void rollback(Context context) throws IOException {
    Repository repository = known(context);
    RollbackRequest request = body(context, RollbackRequest.class);
    changed(context, repository, repository.rollback(request.generation()));
  }

  private void promote(Context context) throws IOException {
    Repository repository = known(context);
    PromoteRequest request = body(context, PromoteRequest.class);
    Repository from = request.from() == null ? null : repositories.find(request.from());
    if (from == null) {
      throw unknown(String.valueOf(request.from()));
    }
    Gate.require(context, Verb.READ, request.from());
    // It is written to the audit log for the repository that changes.
    Gate.require(context, Verb.PROMOTE, repository.settings().name());
    List<String> names = request.packages();
    changed(
        context,
        repository,
        repository.promote(
            from,
            names == null ? Set.of() : Set.copyOf(names),
            Boolean.TRUE.equals(request.downgrade())));
  }

  private void sign(Context context) throws IOException {
    Repository repository = known(context);
    byte[] body = context.bodyAsBytes();
    boolean all = body.length > 0 && Boolean.TRUE.equals(body(context, SignRequest.class).all());
    changed(context, repository, repository.sign(all));
  }

  private void lint(Context context) throws IOException {
    Repository repository = known(context);
    List<LintReport.Finding> findings = new ArrayList<>();
    for (String directory : repository.settings().directories()) {
      repository.lint(directory).forEach(each -> findings.add(WiredRepository.of(directory, each)));
    }
    findings.sort(Comparator.comparing(LintReport.Finding::severity));
    json(context, new LintReport(repository.settings().name(), findings));
  }

  private void verify(Context context) throws IOException {
    Repository repository = known(context);
    json(
        context,
        new VerifyReport(
            repository.settings().name(),
            repository.verify().stream()
                .map(each -> new VerifyReport.Damage(each.path(), each.what(), each.restored()))
                .toList()));
  }

  private Repository known(Context context) {
    return known(repositories, context);
  }

  static Repository known(Repositories repositories, Context context) {
    String name = context.pathParam("name");
    Repository repository = repositories.find(name);
    if (repository == null) {
      throw unknown(name);
    }
    return repository;
  }

  private static RequestFailed unknown(String name) {
    return new RequestFailed(
        ErrorCode.UNKNOWN_REPOSITORY,
        "there is no repository named " + name,
        "larder repo list shows the repositories");
  }

  static void changed(Context context, Repository repository, Repository.Done done) {
    json(context, WiredRepository.of(repository.settings().name(), done));
  }

  static <T> T body(Context context, Class<T> type) {
    try {
      return Json.request(context.bodyAsBytes(), type);
    } catch (IllegalArgumentException e) {
      throw bad("the body is not what it must be: " + e.getMessage(), null);
    }
  }

  private static long number(Context context, String name) {
    String text = context.queryParam(name);
    if (text == null || !text.matches("\\d{1,18}")) {
      throw bad("%s is not the number of a generation".formatted(name), "?from=3&to=5");
    }
    return Long.parseLong(text);
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (text.matches("\\d{1,4}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    }
    throw bad("limit is not a number from 1 to %d: %s".formatted(MAX_LIMIT, text), null);
  }

  static RequestFailed bad(String detail, @Nullable String advice) {
    return new RequestFailed(ErrorCode.BAD_REQUEST, detail, advice);
  }

  static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
