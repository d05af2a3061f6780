package dev.larder.cli;

import dev.larder.wire.EventInfo;
import dev.larder.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `larder events`: follows the server's stream of events (server-sent events, the HTML standard
/// 9.2), and goes on after an interruption where it was.
@Command(
    name = "events",
    description = {
      "Shows what happens on the server while it happens, until it is interrupted.",
      "Each line has the time, the type, the repository and the rest as JSON. After the type reset"
          + " some were missed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder events",
      "  larder events --repository internal --type repository.changed --count 1",
      "  larder events -o json | jq -r .type"
    })
final class EventsCommand implements Callable<Integer> {
  private static final String DATA = "data: ";
  private static final String ID = "id: ";

  private final Session session;

  @Option(
      names = "--repository",
      paramLabel = "NAME",
      description = "Only what is about this repository.")
  private @Nullable String repository;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      completionCandidates = Types.class,
      description =
          "Only events of this type; may be given several times: repository.created,"
              + " repository.changed, repository.deleted, key.changed, mirror.switched,"
              + " cache.damaged, job.started, job.done, job.failed.")
  private List<String> types = List.of();

  @Option(
      names = "--after",
      paramLabel = "ID",
      description = "Begin behind the event with this id instead of with the next one.")
  private @Nullable String after;

  @Option(names = "--count", paramLabel = "NUMBER", description = "End after so many events.")
  private long count = Long.MAX_VALUE;

  /// The types there are, for completion.
  private static final class Types extends WordList {
    Types() {
      super(
          "repository.created",
          "repository.changed",
          "repository.deleted",
          "key.changed",
          "mirror.switched",
          "cache.damaged",
          "job.started",
          "job.done",
          "job.failed");
    }
  }

  EventsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    StringBuilder path = new StringBuilder("/api/v1/events?");
    if (repository != null) {
      path.append("repository=").append(ConsoleClient.encoded(repository)).append('&');
    }
    types.forEach(type -> path.append("type=").append(ConsoleClient.encoded(type)).append('&'));
    while (count > 0) {
      // The server ends each stream after a while; one that it cannot be asked for is told.
      follow(path.substring(0, path.length() - 1));
    }
    return ExitCode.OK.number();
  }

  private void follow(String path) {
    Map<String, String> headers = after == null ? Map.of() : Map.of("Last-Event-ID", after);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                session.client().open(path, headers).body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null && count > 0; line = lines.readLine()) {
        if (line.startsWith(ID)) {
          after = line.substring(ID.length());
        } else if (line.startsWith(DATA)) {
          show(line.substring(DATA.length()));
          count--;
        }
      }
    } catch (IOException e) {
      // Cut off in the middle; the next request tells whether the server is still there.
      session.surroundings().err().flush();
    }
  }

  private void show(String json) {
    Output output = session.output();
    if (output.isJson()) {
      output.line(json);
    } else {
      EventInfo event = Json.response(json.getBytes(StandardCharsets.UTF_8), EventInfo.class);
      String data = new String(Json.bytes(new TreeMap<>(event.data())), StandardCharsets.UTF_8);
      output.line(
          String.join(
              output.isText() ? "  " : "\t",
              output.words().instant(event.at()),
              Wording.plain(event.type()),
              event.repository() == null
                  ? output.words().nothing()
                  : Wording.plain(event.repository()),
              output.quiet() ? "" : Wording.plain(data)));
    }
    output.out().flush();
  }
}
