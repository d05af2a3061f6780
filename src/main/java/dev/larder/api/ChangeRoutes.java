package dev.larder.api;

import dev.larder.access.Verb;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.wire.PromoteRequest;
import dev.larder.wire.RollbackRequest;
import dev.larder.wire.SignRequest;
import dev.larder.wire.VerifyReport;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/// The routes that change a repository without an upload, or read all of it. With many packages
/// they take their time, so each is a job.
final class ChangeRoutes {
  private final Repositories repositories;
  private final Jobs jobs;

  ChangeRoutes(Repositories repositories, Jobs jobs) {
    this.repositories = repositories;
    this.jobs = jobs;
  }

  void register(Routing routing) {
    String one = RepositoryRoutes.ONE;
    Requirement promote = Requirement.in("name", Verb.PROMOTE);
    Requirement sign = Requirement.in("name", Verb.SIGN);
    Requirement remove = Requirement.in("name", Verb.REMOVE);
    routing.delete(one + "/packages", "package.remove", this::remove, remove);
    routing.post(one + "/rollback", "repository.rollback", this::rollback, promote);
    routing.post(one + "/promote", "repository.promote", this::promote, promote);
    routing.post(one + "/sign", "repository.sign", this::sign, sign);
    routing.post(one + "/keyring", "repository.keyring", this::keyring, sign);
    routing.post(one + "/verify", "repository.verify", this::verify, sign);
  }

  private interface Change {
    Repository.Done make() throws IOException;
  }

  private void change(Context context, Repository repository, Change change) throws IOException {
    jobs.answer(context, () -> WiredRepository.of(repository.settings().name(), change.make()));
  }

  private void remove(Context context) throws IOException {
    Repository repository = known(context);
    Set<String> names = Set.copyOf(context.queryParams("name"));
    Set<String> directories = Set.copyOf(context.queryParams("directory"));
    if (names.isEmpty()) {
      throw RepositoryRoutes.bad(
          "name is missing", "say which packages with ?name=PACKAGE&name=PACKAGE");
    }
    change(context, repository, () -> repository.remove(names, directories));
  }

  private void rollback(Context context) throws IOException {
    Repository repository = known(context);
    long generation = RepositoryRoutes.body(context, RollbackRequest.class).generation();
    Gate.tell(context, "to generation " + generation);
    change(context, repository, () -> repository.rollback(generation));
  }

  private void promote(Context context) throws IOException {
    Repository repository = known(context);
    PromoteRequest request = RepositoryRoutes.body(context, PromoteRequest.class);
    Repository from = request.from() == null ? null : repositories.find(request.from());
    if (from == null) {
      throw RepositoryRoutes.unknown(String.valueOf(request.from()));
    }
    Gate.require(context, Verb.READ, request.from());
    // It is written to the audit log for the repository that changes.
    Gate.require(context, Verb.PROMOTE, repository.settings().name());
    List<String> names = request.packages();
    Set<String> wanted = names == null ? Set.of() : Set.copyOf(names);
    Gate.tell(context, "from %s: %s".formatted(request.from(), wanted.isEmpty() ? "all" : names));
    boolean downgrade = Boolean.TRUE.equals(request.downgrade());
    change(context, repository, () -> repository.promote(from, wanted, downgrade));
  }

  private void sign(Context context) throws IOException {
    Repository repository = known(context);
    boolean all =
        context.bodyAsBytes().length > 0
            && Boolean.TRUE.equals(RepositoryRoutes.body(context, SignRequest.class).all());
    change(context, repository, () -> repository.sign(all));
  }

  private void keyring(Context context) throws IOException {
    Repository repository = known(context);
    change(context, repository, repository::keyring);
  }

  private void verify(Context context) throws IOException {
    Repository repository = known(context);
    jobs.answer(
        context,
        () ->
            new VerifyReport(
                repository.settings().name(),
                repository.verify().stream()
                    .map(each -> new VerifyReport.Damage(each.path(), each.what(), each.restored()))
                    .toList()));
  }

  private Repository known(Context context) {
    return RepositoryRoutes.known(repositories, context);
  }
}
