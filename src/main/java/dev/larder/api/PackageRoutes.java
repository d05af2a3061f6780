package dev.larder.api;

import dev.larder.access.Verb;
import dev.larder.repo.HostedPackage;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.PackageFiles;
import dev.larder.wire.PackagePage;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The routes of the packages of a repository: finding them, looking into them, fetching them.
final class PackageRoutes {
  private static final String PACKAGES = RepositoryRoutes.ONE + "/packages";
  private static final String PACKAGE = PACKAGES + "/{package}";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;

  private final Repositories repositories;

  PackageRoutes(Repositories repositories) {
    this.repositories = repositories;
  }

  void register(Routing routing) {
    Requirement read = Requirement.in("name", Verb.READ);
    routing.get(PACKAGES, this::packages, read);
    routing.get(PACKAGE, this::one, read);
    routing.get(PACKAGE + "/files", this::files, read);
    routing.get(PACKAGE + "/download", this::download, read);
    routing.get(PACKAGE + "/signature", this::signature, read);
  }

  private void packages(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
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
    RepositoryRoutes.json(
        context,
        new PackagePage(page.stream().map(each -> WiredRepository.of(name, each)).toList(), next));
  }

  private void one(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    String name = repository.settings().name();
    List<HostedPackage> found = found(context, repository);
    RepositoryRoutes.json(
        context,
        new PackagePage(found.stream().map(each -> WiredRepository.of(name, each)).toList(), null));
  }

  private static List<HostedPackage> found(Context context, Repository repository)
      throws IOException {
    String wanted = context.pathParam("package");
    List<HostedPackage> found = repository.find(wanted);
    if (found.isEmpty()) {
      throw absent(repository, wanted);
    }
    return found;
  }

  private void files(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
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
    RepositoryRoutes.json(
        context,
        new PackageFiles(
            repository.settings().name(),
            one.directory(),
            name,
            repository.files(one.directory(), name)));
  }

  private static RequestFailed absent(Repository repository, String wanted) {
    String name = repository.settings().name();
    return new RequestFailed(
        ErrorCode.NOT_THERE,
        "there is no package %s in %s".formatted(wanted, name),
        "larder repo search %s shows what is there".formatted(name));
  }

  /// The file itself, of any generation that is held.
  private void download(Context context) throws IOException {
    Repository.Stored stored = stored(context);
    context.header("Repr-Digest", "sha-256=:" + base64(stored.sha256().hex()) + ":");
    send(context, stored.file(), "application/octet-stream");
  }

  private static String base64(String hex) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }

  private void signature(Context context) throws IOException {
    Path signature = stored(context).signature();
    if (signature == null) {
      throw new RequestFailed(
          ErrorCode.NOT_THERE,
          "no signature lies beside this package",
          "larder repo sign %s makes those that are missing".formatted(context.pathParam("name")));
    }
    send(context, signature, "application/pgp-signature");
  }

  private Repository.Stored stored(Context context) throws IOException {
    Repository repository = RepositoryRoutes.known(repositories, context);
    String wanted = context.pathParam("package");
    String generation = context.queryParam("generation");
    if (generation != null && !generation.matches("\\d{1,18}")) {
      throw RepositoryRoutes.bad("generation is not a number: " + generation, null);
    }
    Repository.Stored stored =
        repository.stored(
            wanted,
            context.queryParam("directory"),
            generation == null ? 0 : Long.parseLong(generation));
    if (stored == null) {
      throw absent(repository, wanted);
    }
    return stored;
  }

  private static void send(Context context, Path file, String type) throws IOException {
    try (var in = Files.newInputStream(file)) {
      context
          .contentType(type)
          .header("Content-Length", Long.toString(Files.size(file)))
          .header(
              "Content-Disposition", "attachment; filename=\"%s\"".formatted(file.getFileName()));
      OutputStream out = context.res().getOutputStream();
      in.transferTo(out);
    } catch (NoSuchFileException e) {
      throw new RequestFailed(
          ErrorCode.NOT_THERE,
          "the file is missing from the tree",
          "larder repo verify %s shows what else is".formatted(context.pathParam("name")));
    }
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
    throw RepositoryRoutes.bad(
        "limit is not a number from 1 to %d: %s".formatted(MAX_LIMIT, text), null);
  }
}
