package dev.larder.api;

import dev.larder.access.Grant;
import dev.larder.access.Verb;
import dev.larder.config.InvalidConfig;
import dev.larder.events.EventLog;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.GenerationDiff;
import dev.larder.wire.GenerationList;
import dev.larder.wire.Json;
import dev.larder.wire.LintReport;
import dev.larder.wire.RepositoryInfo;
import dev.larder.wire.RepositoryList;
import dev.larder.wire.RepositoryRequest;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The routes of repositories of our own: which there are, and what is told of them. The contract
/// is docs/reference/api.md.
final class RepositoryRoutes {
  private static final String BASE = "/api/v1/repositories";

  /// The path of one repository.
  static final String ONE = BASE + "/{name}";

  private final Operations operations;
  private final Repositories repositories;
  private final EventLog events;

  RepositoryRoutes(Operations operations, Repositories repositories, EventLog events) {
    this.operations = operations;
    this.repositories = repositories;
    this.events = events;
  }

  void register(Routing routing) {
    Requirement read = Requirement.in("name", Verb.READ);
    routing.get(BASE, this::list, Requirement.read());
    routing.post(BASE, "repository.create", this::create, Requirement.admin());
    routing.get(ONE, this::show, read);
    routing.delete(ONE, "repository.delete", this::delete, Requirement.admin());
    routing.get(ONE + "/generations", this::generations, read);
    routing.get(ONE + "/diff", this::diff, read);
    routing.get(ONE + "/lint", this::lint, read);
  }

  private void list(Context context) {
    json(context, new RepositoryList(readable(repositories, context)));
  }

  /// Those that whoever asks may read.
  static List<RepositoryInfo> readable(Repositories repositories, Context context) {
    List<RepositoryInfo> all = new ArrayList<>();
    Grant grant = Gate.principal(context).grant();
    for (Repository repository : repositories.all()) {
      if (grant.allows(Verb.READ, repository.settings().name())) {
        all.add(wired(repositories, repository));
      }
    }
    return all;
  }

  private static RepositoryInfo wired(Repositories repositories, Repository repository) {
    return WiredRepository.of(
        repository.report(), repositories.isConfigured(repository.settings().name()));
  }

  private void create(Context context) throws IOException {
    RepositoryRequest request = body(context, RepositoryRequest.class);
    if (request.name() == null || request.format() == null) {
      throw bad(
          "name or format is missing", "send {\"name\": \"internal\", \"format\": \"pacman\"}");
    }
    refuseMirrored(request.paths());
    try {
      Gate.require(context, Verb.ADMIN, request.name());
      Gate.tell(context, request.format());
      Repository made = repositories.create(request.name(), RepositoryToml.of(request));
      events.publish("repository.created", request.name(), Map.of("format", made.format()));
      context.status(201);
      json(context, wired(repositories, made));
    } catch (InvalidConfig e) {
      throw bad(RepositoryToml.sentences(e), null);
    }
  }

  /// A mirror goes before a path of the same name, which would never be answered.
  private void refuseMirrored(@Nullable List<String> paths) {
    for (String path : paths == null ? List.<String>of() : paths) {
      if (operations.mirror(RepositorySettings.top(path)) != null) {
        throw bad("path: %s belongs to a mirror".formatted(path), "choose another one");
      }
    }
  }

  private void show(Context context) {
    json(context, wired(repositories, known(context)));
  }

  private void delete(Context context) throws IOException {
    Repository repository = known(context);
    repositories.delete(
        repository.settings().name(), "true".equals(context.queryParam("packages")));
    events.publish("repository.deleted", repository.settings().name(), Map.of());
    context.status(204);
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

  private void lint(Context context) throws IOException {
    Repository repository = known(context);
    List<LintReport.Finding> findings = new ArrayList<>();
    for (String directory : repository.settings().directories()) {
      repository.lint(directory).forEach(each -> findings.add(WiredRepository.of(directory, each)));
    }
    findings.sort(Comparator.comparing(LintReport.Finding::severity));
    json(context, new LintReport(repository.settings().name(), findings));
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

  static RequestFailed unknown(String name) {
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

  static RequestFailed bad(String detail, @Nullable String advice) {
    return new RequestFailed(ErrorCode.BAD_REQUEST, detail, advice);
  }

  static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
