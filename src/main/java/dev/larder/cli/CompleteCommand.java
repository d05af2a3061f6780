package dev.larder.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `larder __complete KIND`: prints the names of a kind, one a line. The scripts for the shells
/// call it; nobody waits long for it.
@Command(
    name = "__complete",
    hidden = true,
    description = "Prints the names of mirrors and the like, for a shell that completes them.")
final class CompleteCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int PAGE = 1000;

  /// More than anybody reads.
  private static final int MAX_PAGES = 20;

  private final Session session;

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "mirrors, repositories, served (both), keys, tokens, contexts, packages.")
  private String kind = "";

  @Parameters(index = "1", arity = "0..1", description = "The repository, for packages.")
  private @Nullable String of;

  CompleteCommand(Session session) {
    this.session = session;
  }

  /// Whatever has a name.
  record Named(String name) {}

  /// The lists of the API, as far as they are read here; one answer has one of them.
  record Names(
      @Nullable List<Named> mirrors,
      @Nullable List<Named> repositories,
      @Nullable List<Named> keys,
      @Nullable List<Named> tokens,
      @Nullable List<Named> packages,
      @Nullable String next) {
    Stream<String> all() {
      return Stream.of(mirrors, repositories, keys, tokens, packages)
          .flatMap(list -> list == null ? Stream.of() : list.stream())
          .map(Named::name);
    }
  }

  @Override
  public Integer call() {
    List<String> names =
        kind.equals("contexts")
            ? Contexts.read(session.surroundings()).all().stream().map(Context::name).toList()
            : fromServer();
    // What a shell would have to quote is left to the fingers.
    names.stream()
        .filter(name -> name.matches("[\\w.,:+@%=~/-]+"))
        .distinct()
        .sorted()
        .forEach(name -> session.surroundings().out().print(name + "\n"));
    return ExitCode.OK.number();
  }

  private List<String> fromServer() {
    try (ConsoleClient client = new ConsoleClient(session.destination(), PATIENCE)) {
      return switch (kind) {
        case "mirrors", "repositories", "keys", "tokens" -> names(client, kind).toList();
        case "served" ->
            Stream.concat(names(client, "mirrors"), names(client, "repositories")).toList();
        case "packages" -> of == null ? List.of() : packages(client, of);
        default ->
            throw new CommandFailed(
                ExitCode.USAGE, "there are no names of kind " + Wording.plain(kind), null);
      };
    }
  }

  /// An older server may lack the list.
  private static Stream<String> names(ConsoleClient client, String kind) {
    Names names = client.find("/api/v1/" + kind, Names.class);
    return names == null ? Stream.of() : names.all();
  }

  private static List<String> packages(ConsoleClient client, String repository) {
    List<String> found = new ArrayList<>();
    @Nullable String cursor = "";
    for (int page = 0; page < MAX_PAGES && cursor != null; page++) {
      Names names =
          client.find(
              "/api/v1/repositories/%s/packages?limit=%d&cursor=%s"
                  .formatted(
                      ConsoleClient.encoded(repository), PAGE, ConsoleClient.encoded(cursor)),
              Names.class);
      if (names == null) {
        return found;
      }
      names.all().forEach(found::add);
      cursor = names.next();
    }
    return found;
  }
}
